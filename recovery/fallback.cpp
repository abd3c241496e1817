#include "recovery/fallback.hpp"

#include <algorithm>
#include <utility>

#include "monitor/diagnosis.hpp"
#include "recovery/proof.hpp"

namespace recovery {

bool Fallback::takes_over_from(monitor::Cause cause, const Setup& setup) const {
  return monitor::is_dead_air(cause) &&
         setup.limits.content.action == monitor::OnDeadAir::fallback &&
         setup.command.has_fallback && trial_ != CommandTrial::is_wrong;
}

bool Fallback::is_wanted(const Plan& plan, const std::optional<monitor::Verdict>& verdict,
                         bool is_escalated, const Setup& setup) const {
  if (!setup.command.has_fallback || trial_ == CommandTrial::is_wrong || stands_by_) return false;
  if (!setup.policy.enabled) return false;
  if (plan.awaits_source()) return true;
  if (!plan.awaits_time() || !verdict) return false;
  if (takes_over_from(verdict->cause, setup)) return true;
  if (!is_escalated) return false;
  const monitor::Component component = monitor::component_of(verdict->cause);
  return component == monitor::Component::source || component == monitor::Component::encoder;
}

Instant Fallback::due_at(const Plan& plan, const SourceWait& source, Instant now) const {
  Instant due = std::max(not_before_, now);
  if (plan.awaits_source()) due = std::max(due, source.fallback_from());
  const bool too_late = plan.awaits_time() && due + shortest_turn >= plan.at;
  return too_late ? monitor::never : due;
}

void Fallback::on_launched() {
  trial_ = std::max(trial_, CommandTrial::has_run);
}

bool Fallback::advance(Duration cooldown, Instant now) {
  const bool came_on_air = !on_air_since_;
  if (came_on_air) on_air_since_ = now;
  if (now - *on_air_since_ >= cooldown) budget_.on_healthy();
  return came_on_air;
}

bool Fallback::end(const monitor::Evidence& evidence, bool was_stopped, Instant now) {
  const std::optional<Instant> since = std::exchange(on_air_since_, std::nullopt);
  const bool cannot_run =
      trial_ == CommandTrial::untried && exit_code_of_exec_error(evidence.spawn_error);
  const bool is_wrong = suffices({monitor::permanence(evidence), now}, Act::give_up, now);
  if (cannot_run || (!since && is_wrong)) {
    trial_ = CommandTrial::is_wrong;
    return true;
  }
  if (!was_stopped && since && now - *since >= healthy_after) budget_.on_healthy();
  not_before_ = now + budget_.spend(now).delay;
  return false;
}

}  // namespace recovery
