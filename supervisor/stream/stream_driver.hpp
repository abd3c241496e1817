#pragma once

#include <cstddef>
#include <functional>
#include <memory>

#include "http/supervisor_api.hpp"
#include "monitor/tracks/now_playing.hpp"
#include "recovery/persisted_state.hpp"
#include "supervisor/alerts/alert_dispatcher.hpp"
#include "supervisor/child/child.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/files/files.hpp"
#include "supervisor/journal/journal.hpp"
#include "supervisor/stream/launch_queue.hpp"
#include "supervisor/stream/stream_parts.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// The loop of one stream: turns bytes, exits and time into events, performs the core's actions,
// informs the observers (recorder, log, journal, alerts, snapshots). It decides nothing. One `now`
// for each wake-up. For the loop's thread.
class StreamDriver {
 public:
  // What a stream acts on; tests replace it.
  struct Seams {
    ChildLauncher launch = {};  // empty: ChildProcess's, on the loop
    const Clock& clock = machine_clock();
    std::shared_ptr<const Files> files = machine_files();
  };

  struct Context {
    const Services& services;
    std::size_t place;  // of the stream on the snapshots
    std::size_t max_incidents;
    AlertDispatcher& alerts;
    Journal* journal;                 // null: nothing outlives the process
    recovery::PersistedState before;  // what is known of an earlier life
    // The stream is final; called from the loop, again only after `reconfigure` has begun it anew.
    std::function<void(int exit_code)> on_end;
    // Takes descriptors from what is less important than a launch, then calls `done`, on any
    // thread. Empty: there is nothing to take them from.
    std::function<void(std::function<void()> done)> free_descriptors = {};
    LaunchQueue* launches = nullptr;  // of all streams; null: each is launched at once
    Seams seams = {};
  };

  // Everything in the context must outlive the driver.
  StreamDriver(StreamParts parts, Context context);
  // Not from within `on_end`. Kills the child if it still lives.
  ~StreamDriver();
  StreamDriver(const StreamDriver&) = delete;
  StreamDriver& operator=(const StreamDriver&) = delete;

  void start();
  // The supervisor ends: stop, and end.
  void shut_down();
  // It is not in the configuration any more: stop, close what is open, and end.
  void remove();
  // The configuration of the stream is another one. FFmpeg is launched anew only where its own
  // command differs; all that was counted, spent, opened or escalated stays.
  void reconfigure(StreamParts parts, bool primary_changed, bool fallback_changed);
  void kill();
  // A user's request. 202: it has begun; 409: not in this state.
  http::Outcome control(http::Control what);
  // … about one of its held outputs; 404: it has none of that name.
  http::Outcome control_output(std::string_view output, http::Control what);
  // What AzuraCast's web hook brought. False where it is not of this stream's station. The only
  // stream takes it without asking for it. One that is not trusted restarts no FFmpeg.
  bool on_now_playing(const monitor::NowPlaying& report, bool is_only, bool is_trusted = true);

  bool has_ended() const;
  const StreamConfig& config() const;
  // FFmpegs that it may run at once: the encoder, a publisher for each held output, one that
  // encodes the slate, and one that decodes a picture.
  std::size_t children_at_most() const;
  // What another life of the stream begins with.
  recovery::PersistedState past() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
