#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "monitor/limits.hpp"
#include "monitor/watch.hpp"
#include "recovery/action.hpp"
#include "recovery/event.hpp"
#include "recovery/incident.hpp"
#include "recovery/open_incidents.hpp"
#include "recovery/policy.hpp"
#include "recovery/restart_budget.hpp"
#include "recovery/status.hpp"
#include "recovery/stop_ladder.hpp"

namespace recovery {

// Decides everything about one stream. Pure: no clock, no I/O, no randomness but the seed's; the
// same events at the same instants give the same actions.
//
//  state \ event  Launched   LaunchFailed  Progress         Exited               deadline
//  starting       note pid   judge → next  advance→ on_air  judge → next         startup fault →
//  stopping on_air         –          –             note             judge → next         freeze
//  fault → stopping
//                                                                                healthy → budget
//                                                                                afresh
//  stopping       –          –             –                next, or stopped     TERM again; KILL;
//  unkillable cooling_down   –          –             –                –                    launch
//  stopped        –          –             –                –                    –
//
//  state \ event  StartRequested  StopRequested       RestartRequested   KillRequested
//  starting       –               stopping (stop)     stopping (launch)  KILL → stopping (stop)
//  on_air         –               stopping (stop)     stopping (launch)  KILL → stopping (stop)
//  stopping       then launch     then stop           then launch        KILL, then stop
//  cooling_down   launch          stopped             launch             stopped
//  stopped        launch          –                   launch             –
//
// "next" is: end (78 a wrong command that never was on air, 126/127 one that cannot be executed, 69
// given up, 0 where `restart` allows the end or the pipeline it stood in has ended), or a restart
// by the budget: at once or cooling_down. After shutdown was asked nothing launches again. Whatever
// names an older generation is dropped. At most one child lives at any time: Launch is only ever
// given when no child is.
class StreamCore {
 public:
  struct Command {
    bool reports_progress = true;  // false: not FFmpeg; on air as soon as it runs
  };

  StreamCore(const Policy& policy, const monitor::Limits& limits, Command command,
             std::uint64_t seed);

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
  enum class After : std::uint8_t { restart_by_budget, launch_at_once, stop };

  void on(const StartRequested&);
  void on(const StopRequested& event);
  void on(const RestartRequested&);
  void on(const KillRequested&);
  void on(const Launched& event);
  void on(const LaunchFailed& event);
  void on(const ProgressSeen& event);
  void on(const Sampled& event);
  void on(const SignSeen& event);
  void on(const Exited& event);
  void on(const Tick&);
  void on(const Paused&);

  bool is_present(Generation generation) const;  // … its child, and it is not gone
  bool child_runs() const;                       // launched, and not being stopped

  void launch();
  void come_on_air();
  void go_off_air(const monitor::Verdict& verdict);
  void check_health();

  void judge_end(Pipeline pipeline);
  void judge_fault(const monitor::Fault& fault);
  void refresh_warnings(const std::vector<monitor::Fault>& faults);
  void warn(const monitor::Fault& fault);
  void check_watch();

  void restart_by_budget(const monitor::Verdict& verdict);
  void escalate(const monitor::Verdict& verdict, unsigned attempt);
  void rest(bool failed);
  void end(int exit_code);

  void begin_stop(After after, bool without_grace = false);
  void climb_stop_ladder();
  void kill_child();
  void finish_stop();
  void send(std::optional<int> signal);

  void open_incident(const monitor::Verdict& verdict, Instant last_good_at);
  void close_warnings(const std::vector<monitor::Fault>& upheld);
  void close_off_air();
  void tell_closed(std::vector<Incident> closed);
  void decide(DecisionKind kind, std::string reason, Duration delay, unsigned attempt);
  void settle(bool on_air);

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

  bool shutting_down_ = false;
  bool ever_launched_ = false;
  bool ever_on_air_ = false;
  bool healthy_ = false;       // on air for a whole cooldown, this time
  bool fault_stands_ = false;  // recovery is off: the fault was told, nothing is done about it
  std::optional<Instant> last_good_at_;
  Instant checked_at_{};  // when the detectors were last asked

  After after_stop_ = After::stop;
};

}  // namespace recovery
