#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "monitor/limits.hpp"
#include "monitor/watch.hpp"
#include "recovery/action.hpp"
#include "recovery/event.hpp"
#include "recovery/incident.hpp"
#include "recovery/policy.hpp"
#include "recovery/restart_budget.hpp"
#include "recovery/status.hpp"

namespace recovery {

// Decides everything about one stream. Pure: no clock, no I/O, no randomness but the seed's; the same
// events at the same instants give the same actions.
//
//  state \ event  Launched   LaunchFailed  Progress         Exited               deadline
//  starting       note pid   judge → next  advance→ on_air  judge → next         startup fault → stopping
//  on_air         –          –             note             judge → next         freeze fault → stopping
//                                                                                healthy → budget afresh
//  stopping       –          –             –                next, or stopped     TERM again; KILL; unkillable
//  cooling_down   –          –             –                –                    launch
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
// given up, 0 where `restart` allows the end), or a restart by the budget: at once or cooling_down.
// After shutdown was asked nothing launches again. Whatever names an older generation is dropped.
// At most one child lives at any time: Launch is only ever given when no child is.
class StreamCore {
 public:
  struct Command {
    bool reports_progress = true;  // false: not FFmpeg; on air as soon as it runs
  };

  StreamCore(const Policy& policy, const monitor::Limits& limits, Command command,
             std::uint64_t seed);

  // `now` never goes back from one call to the next.
  Step step(const Event& event, Instant now);

  // When a Tick is due if nothing else happens; `never` if at no time.
  Instant next_deadline() const;

  const Status& status() const { return status_; }
  // Of the present or last child; null before the first launch.
  const monitor::Watch* watch() const { return watch_ ? &*watch_ : nullptr; }
  // Open ones; at most one off-air and one for each warning.
  const std::vector<Incident>& open_incidents() const { return open_; }

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

  Policy policy_;
  monitor::Limits limits_;
  Command command_;
  RestartBudget budget_;
  Status status_;
  std::optional<monitor::Watch> watch_;
  std::vector<Incident> open_;
};

}  // namespace recovery
