#include "recovery/restart_budget.hpp"

#include <algorithm>
#include <cmath>

namespace recovery {

RestartBudget::RestartBudget(const Policy& policy, std::uint64_t seed)
    : policy_(policy), random_(seed) {
}

RestartBudget::Grant RestartBudget::spend(Instant now) {
  ++attempts_;
  if (attempts_ <= policy_.max_restart_attempts) return {growing_delay(), attempts_, false};
  if (last_launch_ == Instant::min()) return {policy_.restart_cooldown, attempts_, true};
  const Duration since_launch = now - last_launch_;
  return {std::max(Duration::zero(), policy_.restart_cooldown - since_launch), attempts_, true};
}

void RestartBudget::resume(unsigned attempts, Instant last_launch) {
  attempts_ = attempts;
  last_launch_ = last_launch;
}

Duration RestartBudget::growing_delay() {
  const RestartDelay& rule = policy_.restart_delay;
  double wanted = monitor::seconds(attempts_ > 1 ? rule.step : rule.initial);
  // The power of a long crash loop is infinite, and zero times infinity is no number.
  if (attempts_ > 1 && wanted > 0) wanted *= std::pow(rule.multiplier, attempts_ - 2.0);
  // Many streams that lost one server must not return at the same instant.
  wanted *= std::uniform_real_distribution(1 - rule.jitter, 1 + rule.jitter)(random_);
  if (wanted >= monitor::seconds(policy_.restart_cooldown)) return policy_.restart_cooldown;
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(wanted));
}

}  // namespace recovery
