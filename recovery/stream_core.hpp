#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "monitor/watch.hpp"
#include "recovery/action.hpp"
#include "recovery/detection.hpp"
#include "recovery/event.hpp"
#include "recovery/exit_code.hpp"
#include "recovery/fallback.hpp"
#include "recovery/health.hpp"
#include "recovery/incident.hpp"
#include "recovery/outage.hpp"
#include "recovery/output_return.hpp"
#include "recovery/plan.hpp"
#include "recovery/planned_restarts.hpp"
#include "recovery/proof.hpp"
#include "recovery/reporter.hpp"
#include "recovery/restart_planner.hpp"
#include "recovery/setup.hpp"
#include "recovery/status.hpp"
#include "recovery/stop_ladder.hpp"

namespace recovery {

// clang-format off
// Decides everything about one stream: what each event leads to in each state. The values below own
// the state; this class joins them. Pure: no clock, no I/O, no randomness but the seed's; the
// same events at the same instants give the same actions.
//
//  state \ event  Launched   LaunchFailed  Progress         Exited           deadline
//  starting       note pid   judge → next  advance→ on_air  judge → next     startup fault → stopping
//  on_air         –          –             note             judge → next     freeze fault → stopping;
//                                                                            healthy → budget afresh
//  stopping       –          –             –                next, or stopped KILL; unkillable (TERM
//                                                                            again: what is Observed)
//  cooling_down   –          –             –                –                launch, or the fallback
//  waiting_for_   –          –             –                –                probe; a retry; a trial;
//  source                                                                    the fallback
//  … with a child –          –             advance→ on_air  judge → next     a retry; its patience →
//                                                                            stopping (launch)
//  waiting_for_   –          –             advance, and a   judge → next     a retry
//  receiver                                connection → on_air
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
//  … with a child –                   stopping (stop)  stopping (launch)  KILL → stopping (stop)
//  fallback       stopping (launch)   stopping (stop)  stopping (launch)  KILL → stopping (stop)
//  stopped        launch              –                launch             –
//
//  A TrackChanged counts where the primary is on air, or will be next: with `tracks.on_change:
//  restart`, or where a planned restart waits for it → stopping (launch).
//
//  state \ event  SourceProbed: there               SourceProbed: not there   SinkProbed: back
//  waiting_…      launch; by the budget where it    fallback; retries spent   –
//                 was there all the time            → escalate
//  fallback       the same, by way of stopping      as above                  launch, by stopping
//  cooling_down   –                                 –                         launch
//  on_air with a lost output, waiting_for_receiver that FFmpeg cannot end     stopping (launch)
//
//  state \ event  Reconfigured: primary differs      the fallback alone        neither
//  starting       stopping (launch)                 –                         faults judged anew
//  on_air         stopping (launch)                 –                         faults judged anew
//  stopping       launch then, if not asked to stop –                         –
//  cooling_down   launch                            –                         a cooldown at most
//  waiting_…      launch                            –                         probe at once
//  fallback       stopping (launch)                 stopping (fallback)       as where it waits
//  stopped        launch, if not asked to stop      –                         launch, if it gave up
//                                                                             and would not now
//
// "next" is: end (78 a wrong command that never was on air, 126/127 one that cannot be executed, 69
// given up, 0 where `restart` allows the end or the pipeline it stood in has ended), waiting for
// the source where it is the cause and can be probed, or a restart by the budget: at once or
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
    std::optional<Duration> launched_ago;   // before `now`; empty: never
    std::optional<monitor::Verdict> alert;  // of the alert that is open
    bool escalated = false;                 // … and not only off air for long
  };

  StreamCore(const Policy& policy, const monitor::Limits& limits, Command command,
             std::uint64_t seed);

  // Before the first step. A life that a crash has ended counts as a restart: the first launch of
  // this one is paced by what is left of the budget.
  void resume(const Resumed& past, Instant now);

  // `now` never goes back from one call to the next.
  Step step(const Event& event, Instant now);

  // When a Tick is due if nothing else happens; `monitor::never` if at no time.
  Instant next_deadline() const;

  Status status() const;
  // Of the present or last child; null before the first launch.
  const monitor::Watch* watch() const { return detection_.watch(); }
  // Open ones; at most one off-air and one for each warning.
  const std::vector<Incident>& open_incidents() const { return reporter_.open_incidents(); }
  // Of each output that a command of the stream has had, over all launches.
  std::vector<OutputTotal> output_totals() const;

 private:
  // Nothing is launched any more; a stream that is removed leaves nothing open for a later life.
  enum class Leaving : std::uint8_t { no, shutdown, removed };

  // The table's columns.
  void on(const StartRequested&);
  void on(const StopRequested& event);
  void on(const RestartRequested&);
  void on(const KillRequested&);
  void on(const Launched& event);
  void on(const LaunchFailed& event);
  void on(const ProgressSeen& event);
  void on(const ProgressUnavailable& event);
  void on(const Observed& event);
  void on(const SignSeen& event);
  void on(const Exited& event);
  void on(const SourceProbed& event);
  void on(const SinkProbed& event);
  void on(const TrackChanged&);
  void on(const Tick&);
  void on(const Paused&);
  void on(const Reconfigured& event);
  void on(const InputIdle& event);
  void on(const CoverChanged& event);
  void on(const Switched&) {}  // of observers
  void on(const StandbyChanged& event);

  // Detection.
  void check_progress();
  void check_detectors();
  void check_health();
  void check_source(const monitor::Observation& what);
  void check_fallback();
  void on_fault(const monitor::Fault& fault);
  void check_connection();
  Proof reception() const;
  void on_end(Pipeline pipeline);
  void begin_anew();
  void note_own_end();
  void update_warnings(const std::vector<monitor::Fault>& faults);
  void warn_of_start(const std::vector<monitor::Fault>& faults);
  bool restarts_on(const monitor::Fault& warning) const;

  // Outputs that FFmpeg goes on without.
  const std::vector<monitor::Output>& outputs() const;  // of the present child
  std::vector<std::string> lost_for_good(const std::vector<monitor::Fault>& faults) const;
  void await_lost_outputs(const std::vector<monitor::Fault>& faults);
  void look_at_lost_outputs();
  void on_output_probed(const SinkProbed& event);
  void take_reports();

  // On and off air.
  void come_on_air();
  void go_off_air(const monitor::Verdict& verdict);
  void on_fallback_advance();
  void resolve_open_incident(const char* reason);

  // FFmpeg lives and waits for what must come from outside.
  bool listens_for_source() const;
  bool listens_for_receiver(const monitor::Verdict& verdict) const;
  std::optional<State> rightful_wait(const monitor::Verdict& verdict) const;
  void name_what_is_awaited(monitor::Verdict& verdict) const;
  void on_source_called();
  void wait_in_place(State state, const monitor::Verdict& verdict);
  void keep_waiting();
  Duration patience() const;

  // A person is told.
  Outage::Air air() const;
  void alert_if_due();
  Instant alert_due_at() const;

  // What follows.
  void recover(const monitor::Verdict& verdict);
  void follow(const std::optional<Plan>& plan);
  void give_up();
  void launch_in_place_of_fallback();
  void launch();
  void start_child(Role role);
  void consider_fallback();
  void on_fallback_end();
  void restart_if_due(bool at_track_change);

  // The end of a child, and of all.
  void begin_stop(const Plan& then, bool without_grace = false, bool keeps_well = false);
  void stop_then(const Plan& then) { plan_ = then; }
  void send(std::optional<int> signal);
  void on_child_gone();
  void finish_stop();
  void rest(bool failed);
  void end(int exit_code);

  // Another configuration.
  void set(const Setup& setup);
  void restart_reconfigured(const Setup& setup);

  bool is(State state) const { return life_.state == state; }
  bool is_present(Generation generation) const;  // … its child, and it is not gone
  bool child_runs() const;                       // launched, and not being stopped
  bool waits_in_place() const;                   // … and waits, with nothing put out yet
  bool reports_progress() const;                 // … the present child
  bool gave_up() const { return is(State::stopped) && life_.failed; }
  bool wants_fallback() const;
  Instant deadline_of_state() const;
  RestartPlanner::Context context() { return {setup_, reporter_, now_}; }

  Setup setup_;
  Lifecycle life_;
  RestartPlanner planner_;
  Fallback fallback_;
  PlannedRestarts planned_;
  Health health_;
  Outage outage_;
  Detection detection_;
  OutputReturn output_return_;
  StopLadder stop_ladder_;
  Plan plan_;
  CommandTrial primary_ = CommandTrial::untried;
  Leaving leaving_ = Leaving::no;
  Instant waits_until_ = monitor::never;  // FFmpeg, which waits; then it is replaced
  unsigned replaced_ = 0;                 // in a row, while it waited
  Reporter reporter_;
  Instant now_{};  // of the present step
};

}  // namespace recovery
