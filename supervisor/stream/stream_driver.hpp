#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <vector>

#include <boost/asio/any_io_executor.hpp>

#include "http/snapshot.hpp"
#include "http/supervisor_api.hpp"
#include "monitor/tracks/now_playing.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/alerts/alert_dispatcher.hpp"
#include "supervisor/thread/io_thread.hpp"
#include "supervisor/journal/journal.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/secrets/secrets.hpp"
#include "supervisor/stream/stream_parts.hpp"

namespace supervisor {

// The loop of one stream: turns bytes, exits and time into events, performs the core's actions,
// tells the observers (recorder, log, snapshots). It decides nothing. One `now` for each wake-up.
class StreamDriver {
 public:
  struct Context {
    Log& log;
    const Secrets& secrets;
    http::SnapshotStore& snapshots;
    std::size_t place;  // of the stream on the snapshots
    std::size_t max_incidents;
    IoThread& io_thread;
    AlertDispatcher& alerts;
    Journal* journal;                 // null: nothing outlives the process
    recovery::PersistedState before;  // what is known of an earlier life
    // The stream is final; called from the loop, again only after `reconfigure` has begun it anew.
    std::function<void(int exit_code)> on_end;
  };

  // Everything in the context must outlive the driver.
  StreamDriver(boost::asio::any_io_executor executor, StreamParts parts, Context context);
  ~StreamDriver();

  void start();
  // The supervisor ends: stop, and end.
  void shut_down();
  // It is not in the configuration any more: stop, close what is open, and end.
  void remove();
  // The configuration of the stream is another one. FFmpeg is launched anew only where its own
  // command differs; all that was counted, spent, opened or escalated stays.
  void reconfigure(StreamParts parts, bool primary_changed, bool fallback_changed);
  void kill();
  // Asked for by a person. 202: it has begun; 409: not in this state.
  http::Outcome control(http::Control what);
  // What AzuraCast's web hook brought. False where it is not of this stream's station. The only
  // stream takes it without asking for it.
  bool hear(const monitor::NowPlaying& report, bool is_only);
  // Somebody was told of its escalation, or nobody could be.
  void on_alert_result(bool delivered);
  // Everybody was told of everything there was to tell.
  void on_all_delivered();

  // Other receivers of alerts: those that are open are made known to them.
  void redeliver();

  bool has_ended() const;
  const StreamConfig& config() const;
  // What another life of the stream begins with.
  recovery::PersistedState past() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
