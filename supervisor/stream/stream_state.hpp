#pragma once

// Private to the stream's driver: what its source files share.

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/ffmpeg/log_gate.hpp"
#include "monitor/probes/finding.hpp"
#include "recovery/standby.hpp"
#include "recovery/stream_core.hpp"
#include "recovery/stream_recorder.hpp"
#include "recovery/watched_time.hpp"
#include "supervisor/alerts/alert_dispatcher.hpp"
#include "supervisor/hold/held_outputs.hpp"
#include "supervisor/log/event_log.hpp"
#include "supervisor/stream/child_life.hpp"
#include "supervisor/stream/event_queue.hpp"
#include "supervisor/stream/journal_notes.hpp"
#include "supervisor/stream/raised.hpp"
#include "supervisor/stream/refusals.hpp"
#include "supervisor/stream/stream_driver.hpp"
#include "supervisor/tracks/stream_tracks.hpp"

namespace supervisor {

struct StreamDriver::State : std::enable_shared_from_this<State> {
 public:
  State(StreamParts parts, Context context);
  void reconfigure(StreamParts parts, bool primary_changed, bool fallback_changed);
  void start();
  void kill();
  // Nothing is done for it any more; not for good, where another command comes.
  void set_closed(bool is_closed);
  // The driver is destroyed: no timer may act any more.
  void leave() {
    set_closed(true);
    is_gone_ = true;
  }

  // An event from outside: what it leads to is done, and the observers are informed.
  void wake(recovery::Event event);

  bool on_now_playing(const monitor::NowPlaying& report, bool is_only, bool is_trusted);
  http::Outcome control_output(std::string_view output, http::Control what);

  recovery::Status status() const { return core_.status(); }
  std::size_t children_at_most() const;
  const StreamConfig& config() const { return parts_.config; }
  recovery::PersistedState past() const;

 private:
  // One wake-up: reads the clock, does `what`, and leaves everything up to date. Within another
  // wake-up it is a part of that.
  template <class What>
  void wake_up(What what);
  void take(recovery::Event event);
  void step(const recovery::Event& event);
  void finish();
  void publish();
  void note_pause();
  void on_timer();
  monitor::Instant next_wake() const;
  void arm_timer();

  void perform(const recovery::Launch& action);
  void perform(const recovery::Signal& action);
  void perform(const recovery::ProbeSource& action);
  void perform(const recovery::ProbeSink& action);
  void perform(const recovery::End& action);
  template <class EventOf>
  auto answer(EventOf event_of);
  std::vector<monitor::probes::Target> sources() const;

  void launch_in_turn(std::shared_ptr<const PreparedCommand> command);
  void launch(std::shared_ptr<const PreparedCommand> command);
  bool launch_with_freed_descriptors(std::shared_ptr<const PreparedCommand> command,
                                     int error_number);
  ChildHandlers handlers_of(ChildLife& life);
  void on_executed(ChildLife& life, int error_number);
  void check_life();

  // held_stream.cpp: its outputs, where they are held.
  void begin_outputs();
  // Under hold another command may differ in its outputs alone.
  bool has_same_encoder(const StreamParts& next) const;
  void reconfigure_outputs();
  void show_title();
  void note_request(const recovery::Event& event);
  void follow_encoder(const recovery::Status& status);
  void follow_standby();
  // Of what the encoder, or the machine, may use, whichever is more; empty: not known.
  std::optional<double> cpu_used() const;
  void on_outputs_over();
  monitor::Duration outputs_grace() const;

  // stream_persistence.cpp: what outlives this run of the stream.
  void resume();
  void note_in_journal(const recovery::Step& step);
  void note_alert_in_journal();
  recovery::PersistedState persisted_state() const;

  const Context context_;
  const ChildLauncher launch_;
  StreamParts parts_;
  recovery::StreamCore core_;
  recovery::StreamRecorder recorder_;
  recovery::WatchedTime watched_;
  StreamAlert alert_;
  EventLog event_log_;
  monitor::LogGate log_gate_;  // of all its children
  JournalNotes journal_notes_;
  StreamTracks tracks_;
  std::shared_ptr<HeldOutputs> held_;         // null: it holds none, or has not begun
  std::vector<std::string> stopped_outputs_;  // as asked, before `held_` began
  bool stop_is_asked_ = false;                // of the stream
  recovery::Standby standby_;
  bool fallback_is_there_ = false;   // standing by; as the core knows it
  std::optional<int> exit_code_;     // the stream has ended, and its outputs have not yet
  std::unique_ptr<ChildLife> life_;  // the present or last; null: there was none
  // Those before, until the end of the wake-up: a call-back of theirs may be on the stack.
  std::vector<std::unique_ptr<ChildLife>> ended_lives_;
  std::optional<recovery::WallTime> last_progress_at_;
  std::optional<recovery::WallTime> launched_at_;
  bool warned_of_witness_ = false;
  Refusals refusals_;

  EventQueue events_;
  bool is_awake_ = false;
  bool awaits_turn_ = false;         // the launch of life_, in the queue of launches
  bool awaits_descriptors_ = false;  // … once HTTP has given some
  unsigned freed_descriptors_ = 0;   // times, for the launch of life_
  bool has_news_ = false;
  bool is_closed_ = false;  // ended for good, or is_gone_
  bool is_gone_ = false;    // its driver is destroyed
  monitor::Instant now_{};  // of this wake-up
  recovery::WallTime wall_{};
  monitor::Instant published_at_{};
  std::unique_ptr<Timer> timer_;
  monitor::Instant armed_for_ = monitor::never;  // what the timer is set to; never: it has rung
};

template <class What>
void StreamDriver::State::wake_up(What what) {
  if (is_awake_) return what();
  const auto self = shared_from_this();
  const Raised awake(is_awake_);
  now_ = context_.seams.clock.now();
  wall_ = context_.seams.clock.wall();
  try {
    note_pause();
    what();
  } catch (...) {
    finish();  // the stream goes on with what was not lost
    throw;
  }
  finish();
}

}  // namespace supervisor
