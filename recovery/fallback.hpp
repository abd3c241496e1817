#pragma once

#include <cstdint>
#include <optional>

#include "monitor/cause.hpp"
#include "monitor/evidence.hpp"
#include "recovery/exit_code.hpp"
#include "recovery/plan.hpp"
#include "recovery/restart_budget.hpp"
#include "recovery/setup.hpp"
#include "recovery/source_wait.hpp"

namespace recovery {

// The second command: whether and when it takes the air while the primary waits, how often it may
// be launched, and whether it is wrong. A value; it launches nothing.
class Fallback {
 public:
  // Not launched for less than this, before the primary is due.
  static constexpr Duration shortest_turn = 1s;
  // One that ended by itself after this long on air had something to play, and may again at once.
  static constexpr Duration healthy_after = 5s;

  Fallback(const Policy& policy, std::uint64_t seed) : budget_(policy, seed) {}

  void set_policy(const Policy& policy) { budget_.set_policy(policy); }
  // The command is another one: what is known of the one before does not count.
  void on_other_command() { trial_ = CommandTrial::untried; }

  // For dead air (the source is there and carries nothing), with the action `fallback`.
  bool takes_over_from(monitor::Cause cause, const Setup& setup) const;
  // It lives beside the primary, and is on air without a launch where the primary gives nothing.
  void stand_by(bool stands_by) { stands_by_ = stands_by; }
  // It is to be on air while the primary waits as planned. `verdict`: why the primary is off air.
  bool is_wanted(const Plan& plan, const std::optional<monitor::Verdict>& verdict,
                 bool is_escalated, const Setup& setup) const;
  // Where it is wanted: when to launch it, not before `now`; `monitor::never` where the primary is
  // due too soon.
  Instant due_at(const Plan& plan, const SourceWait& source, Instant now) const;

  void on_launch(Instant now) { budget_.on_launch(now); }
  void on_launched();
  // It puts something out. True where it has come on air by that.
  bool advance(Duration cooldown, Instant now);
  void leave_air() { on_air_since_.reset(); }
  // Its child is gone; `was_stopped`: by us. True where its command is wrong: it is not wanted any
  // more. Else it waits before the next launch, by its own budget.
  bool end(const monitor::Evidence& evidence, bool was_stopped, Instant now);

  std::optional<Instant> on_air_since() const { return on_air_since_; }

 private:
  RestartBudget budget_;
  Instant not_before_ = Instant::min();
  std::optional<Instant> on_air_since_;
  CommandTrial trial_ = CommandTrial::untried;
  bool stands_by_ = false;
};

}  // namespace recovery
