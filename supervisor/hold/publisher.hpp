#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "monitor/output.hpp"
#include "monitor/readings.hpp"
#include "recovery/status.hpp"
#include "supervisor/child/child.hpp"
#include "supervisor/child/descriptor.hpp"
#include "supervisor/stream/launch_queue.hpp"
#include "supervisor/stream/stream_parts.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// What is known of a publisher, for display.
struct PublisherReading {
  recovery::Status status;
  monitor::Readings readings;         // of the present FFmpeg
  std::uint64_t delivered_bytes = 0;  // acknowledged by its server, over all launches
  std::uint64_t restarts = 0;
};

// The supervision of one FFmpeg that publishes one held output: copies what the relay gives to its
// stdin, to one server. What its core decides is about this output alone. For the loop's thread.
class Publisher {
 public:
  struct Context {
    const Services& services;
    ChildLauncher launch;
    LaunchQueue* launches;
    const Clock& clock;
    // Before each launch: the write end of what will be its stdin.
    std::function<void(Descriptor write)> attach;
    // Its report may be another one. From within the calls below, too.
    std::function<void()> on_change;
  };

  // `parts`: of its own command. Everything in the context must outlive it.
  Publisher(StreamParts parts, Context context);
  // Kills what still lives.
  ~Publisher();
  Publisher(const Publisher&) = delete;
  Publisher& operator=(const Publisher&) = delete;

  // The first time, or after a stop. Nothing where it runs.
  void start();
  // As asked for: no incident, no attempt. `with_input`: its input has ended or is about to, as the
  // encoder's parameters are others.
  void restart();
  void stop();
  // Nothing comes from the encoder; it comes again.
  void set_idle(bool is_idle);
  // Its input will end, and it with it, with its trailer: nothing is launched after that.
  void drain();
  // Its input ends, or has ended: it ends by itself, with its trailer. It is asked to at the middle
  // of `within`, and killed at its end.
  void finish(monitor::Duration within);
  void kill();
  // The same command under other limits.
  void reconfigure(StreamParts parts);

  // Nothing of it lives, and nothing will by itself.
  bool is_over() const;
  const std::string& output() const;
  const StreamParts& parts() const;
  monitor::OutputReport report() const;
  PublisherReading reading() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace supervisor
