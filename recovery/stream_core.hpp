#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/limits.hpp"
#include "monitor/watch.hpp"
#include "recovery/action.hpp"
#include "recovery/event.hpp"
#include "recovery/incident.hpp"
#include "recovery/open_incidents.hpp"
#include "recovery/policy.hpp"
#include "recovery/probe_schedule.hpp"
#include "recovery/restart_budget.hpp"
#include "recovery/setup.hpp"
#include "recovery/status.hpp"
#include "recovery/stop_ladder.hpp"

namespace recovery {

// clang-format off
// Decides everything about one stream. Pure: no clock, no I/O, no randomness but the seed's; the
// same events at the same instants give the same actions.
//
//  state \ event  Launched   LaunchFailed  Progress         Exited           deadline
//  starting       note pid   judge → next  advance→ on_air  judge → next     startup fault → stopping
//  on_air         –          –             note             judge → next     freeze fault → stopping;
//                                                                            healthy → budget afresh
//  stopping       –          –             –                next, or stopped TERM again; KILL;
//                                                                            unkillable
//  cooling_down   –          –             –                –                launch, or the fallback
//  waiting_for_   –          –             –                –                look; a retry;
//  source                                                                    the fallback
//  fallback       note pid   its own next  note             its own next     its fault → stopping;
//                                                                            the primary's time →
//                                                                            stopping (launch)
//  stopped        –          –             –                –                –
//
//  state \ event  StartRequested      StopRequested    RestartRequested   KillRequested
//  starting       –                   stopping (stop)  stopping (launch)  KILL → stopping (stop)
//  on_air         –                   stopping (stop)  stopping (launch)  KILL → stopping (stop)
//  stopping       then launch         then stop        then launch        KILL, then stop
//  cooling_down   launch              stopped          launch             stopped
//  waiting_…      launch              stopped          launch             stopped
//  fallback       stopping (launch)   stopping (stop)  stopping (launch)  KILL → stopping (stop)
//  stopped        launch              –                launch             –
//
//  A TrackChanged is heeded where the primary is on air, or will be next: with `tracks.on_change:
//  restart`, or where a planned restart waits for it → stopping (launch).
//
//  state \ event  SourceProbed: there               SourceProbed: not there   SinkProbed: back
//  waiting_…      launch; by the budget where it    fallback; retries spent   –
//                 was there all the time            → escalate
//  fallback       the same, by way of stopping      as above                  launch, by stopping
//  cooling_down   –                                 –                         launch
//
//  state \ event  Reconfigured: primary differs      the fallback alone        neither
//  starting       stopping (launch)                 –                         faults judged anew
//  on_air         stopping (launch)                 –                         faults judged anew
//  stopping       launch then, if not asked to stop –                         –
//  cooling_down   launch                            –                         a cooldown at most
//  waiting_…      launch                            –                         look at once
//  fallback       stopping (launch)                 stopping (fallback)       as where it waits
//  stopped        launch, if not asked to stop      –                         launch, if it gave up
//                                                                             and would not now
//
// "next" is: end (78 a wrong command that never was on air, 126/127 one that cannot be executed, 69
// given up, 0 where `restart` allows the end or the pipeline it stood in has ended), waiting for
// the source where it is to blame and can be looked at, or a restart by the budget: at once or
// cooling_down. After shutdown was asked nothing launches again. Whatever names an older generation
// is dropped. At most one child lives at any time, primary or fallback: Launch is only ever given
// when no child is, so no sink ever has two publishers of this stream.
// clang-format on
class StreamCore {
 public:
  using Command = CommandFacts;

  // What an earlier life of the supervisor left behind.
  struct Resumed {
    unsigned attempts = 0;
    unsigned source_retries = 0;
    bool stopped_as_asked = true;
    std::optional<Duration> launched_ago;        // before `now`; empty: never
    std::optional<monitor::Verdict> escalation;  // of the escalation that is open
  };

  StreamCore(const Policy& policy, const monitor::Limits& limits, Command command,
             std::uint64_t seed);

  // Before the first step. A life that a crash has cut short counts as a restart: the first launch
  // of this one is paced by what is left of the budget.
  void resume(const Resumed& past, Instant now);

  // `now` never goes back from one call to the next.
  Step step(const Event& event, Instant now);

  // When a Tick is due if nothing else happens; `monitor::never` if at no time.
  Instant next_deadline() const;

  const Status& status() const { return status_; }
  // Of the present or last child; null before the first launch.
  const monitor::Watch* watch() const { return watch_ ? &*watch_ : nullptr; }
  // Open ones; at most one off-air and one for each warning.
  const std::vector<Incident>& open_incidents() const { return open_.all(); }

 private:
  // What comes after `stopping`.
  enum class After : std::uint8_t { recover, launch_at_once, mind_fallback, give_up, stop };
  // What the primary waits for, while it does not run.
  enum class Plan : std::uint8_t { none, time, source };

  Instant deadline_of_state() const;

  void on(const StartRequested&);
  void on(const StopRequested& event);
  void on(const RestartRequested&);
  void on(const KillRequested&);
  void on(const Launched& event);
  void on(const LaunchFailed& event);
  void on(const ProgressSeen& event);
  void on(const Observed& event);
  void on_process_sample(const monitor::ProcessSample& sample);
  void on(const SignSeen& event);
  void on(const Exited& event);
  void on(const SourceProbed& event);
  void on(const SinkProbed& event);
  void on(const TrackChanged&);
  void on(const Tick&);
  void on(const Paused&);
  void on(const Reconfigured& event);

  bool is_present(Generation generation) const;  // … its child, and it is not gone
  bool child_runs() const;                       // launched, and not being stopped
  bool reports_progress() const;                 // … the present child

  void start_child(Role role);
  void launch();
  void launch_in_place_of_fallback();
  void answer_exit();
  void come_on_air();
  void go_off_air(const monitor::Verdict& verdict);
  void check_health();

  void judge_end(Pipeline pipeline);
  void judge_fault(const monitor::Fault& fault);
  void refresh_warnings(const std::vector<monitor::Fault>& faults);
  void warn(const monitor::Fault& fault);
  void check_watch();
  void check_open();
  bool is_held_off_air();
  bool sink_is_back() const;

  void recover(const monitor::Verdict& verdict);
  void restart_by_budget(const monitor::Verdict& verdict);
  void restart_after_crash();
  void plan_launch(Duration delay);
  void escalate(const monitor::Verdict& verdict, std::string reason);
  void resolve_escalation();
  void give_up();
  void rest(bool failed);
  void end(int exit_code);

  void await_source(const monitor::Verdict& verdict);
  void source_is_there(const std::string& sentence);
  void source_is_missing(const SourceProbed& finding);
  void count_source_retry(const std::string& sentence);
  void note_source(bool available, const std::string& sentence);
  bool may_return() const;
  void launch_after_return(std::string reason);
  void send_looks();

  void take(const Setup& setup);
  void restart_reconfigured(const Setup& setup);
  void adjust_waits();
  void reconsider_rest(bool was_disabled);

  bool wants_fallback() const;
  Instant fallback_due_at() const;
  void consider_fallback();
  void check_fallback();
  void on_fallback_advance();
  void fallback_failed();

  // stream_planned.cpp
  struct Planned {
    Instant due;
    std::string reason;
  };
  std::optional<Planned> planned_restart() const;
  Instant planned_deadline() const;
  void note_memory_forecast();
  void restart_if_planned(bool at_track_change);
  void restart_on_purpose(monitor::Cause cause);

  void begin_stop(After after, bool without_grace = false);
  void stop_then(After after);
  void climb_stop_ladder();
  void kill_child();
  void finish_stop();
  void resolve_open_incident(const char* reason);
  void send(std::optional<int> signal);

  void open_incident(const monitor::Verdict& verdict, Instant last_good_at);
  bool restarts_on(const monitor::Fault& warning) const;
  bool yields_for(monitor::Cause cause) const;
  void close_warnings(const std::vector<monitor::Fault>& upheld);
  void close_off_air();
  void tell_closed(std::vector<Incident> closed);
  void decide(DecisionKind kind, std::string reason, Duration delay, unsigned attempt);
  void settle(bool on_air);
  static std::string reason_of(const monitor::Verdict& verdict);

  Policy policy_;
  monitor::Limits limits_;
  Command command_;
  RestartBudget budget_;
  Status status_;
  std::optional<monitor::Watch> watch_;
  OpenIncidents open_;
  StopLadder stop_ladder_;

  Instant now_{};  // of the present step
  Step out_;       // … and its answer

  bool resumes_crash_ = false;
  bool shutting_down_ = false;
  bool removed_ = false;
  bool ever_launched_ = false;
  bool ever_on_air_ = false;
  bool hears_connections_ = false;  // the kernel tells of them here
  bool healthy_ = false;            // on air for a whole cooldown, this time
  Instant well_since_{};            // … counted from here: restarts on purpose do not break it
  bool stays_well_ = false;         // the child is being replaced on purpose
  bool track_waits_ = false;        // another is on air than FFmpeg was launched for
  std::optional<Instant> memory_due_since_;  // the forecast has wanted a restart of this child
  bool fault_stands_ = false;  // recovery is off: the fault was told, nothing is done about it
  std::optional<Instant> last_good_at_;
  Instant checked_at_{};  // when the detectors were last asked

  After after_stop_ = After::stop;

  Plan plan_ = Plan::none;
  ProbeSchedule source_;
  ProbeSchedule sink_;
  Instant primary_launched_at_{};
  bool name_in_use_ = false;          // the sink said so of the primary's last life
  bool source_was_missing_ = false;   // … in this wait
  bool sink_was_missing_ = false;     // … in this cooldown
  bool sink_may_be_another_ = false;  // the command is another one since the last time on air
  Instant awaited_since_{};
  Instant next_retry_at_{};
  unsigned vain_returns_ = 0;  // launches for a source or sink that came back, none of them lasting

  RestartBudget fallback_budget_;
  Instant fallback_not_before_ = Instant::min();
  bool fallback_ever_launched_ = false;
  bool fallback_is_wrong_ = false;
};

}  // namespace recovery
