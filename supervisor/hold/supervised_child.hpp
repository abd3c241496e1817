#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "monitor/readings.hpp"
#include "recovery/event.hpp"
#include "recovery/status.hpp"
#include "supervisor/child/child.hpp"
#include "supervisor/stream/launch_queue.hpp"
#include "supervisor/stream/stream_parts.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// The supervision of one FFmpeg beside the encoder of a held stream. A core of its own decides, as
// that of a stream does; its incidents and escalations are the stream's, which has them of what is
// reported. For the loop's thread.
class SupervisedChild {
 public:
  struct Context {
    const Services& services;
    ChildLauncher launch;
    LaunchQueue* launches;  // of all streams; null: each is launched at once
    const Clock& clock;
    // Before each launch, counted from 0: the command with its descriptors. Null with
    // `error_number` where they are short.
    std::function<std::shared_ptr<const PreparedCommand>(const PreparedCommand& command,
                                                         std::uint64_t launch, int& error_number)>
        connect;
    // … after it, whether it was launched or not.
    std::function<void(bool is_launched)> on_launch;
    // Before it is sent a signal; may be empty.
    std::function<void()> on_signal;
    // The status may be another one. From within the calls below, too.
    std::function<void()> on_change;
  };

  // `parts`: of its own command. Everything in the context must outlive it.
  SupervisedChild(StreamParts parts, Context context);
  // Kills what still lives.
  ~SupervisedChild();
  SupervisedChild(const SupervisedChild&) = delete;
  SupervisedChild& operator=(const SupervisedChild&) = delete;

  // What is asked for, or is known from elsewhere.
  void wake(recovery::Event event);
  // Its input will end, and it with it: nothing is launched after that.
  void drain();
  // … it is asked to end at the middle of `within`, and killed at its end.
  void finish(monitor::Duration within);
  // `is_other`: its command is another one, and is launched anew.
  void reconfigure(StreamParts parts, bool is_other);

  // Nothing of it lives, and nothing will by itself.
  bool is_over() const;
  const StreamParts& parts() const;
  recovery::Status status() const;
  monitor::Readings readings() const;  // of the present FFmpeg
  std::uint64_t delivered_bytes() const;
  std::uint64_t launches() const;
  monitor::Instant now() const;  // of the last wake-up

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
