#include "recovery/health.hpp"

#include <algorithm>
#include <utility>

namespace recovery {

void Health::begin(Instant now) {
  if (settled_at_ == Instant{}) settled_at_ = now;
}

std::optional<Duration> Health::come_on_air(Instant now) {
  settle(false, now);
  std::optional<Duration> off_air_for;
  if (last_good_at_) off_air_for = now - *last_good_at_;
  on_air_since_ = last_good_at_ = now;
  if (!well_since_) well_since_ = now;
  healthy_ = false;
  return off_air_for;
}

void Health::advance(Instant now) {
  settle(true, now);
  last_good_at_ = now;
}

bool Health::becomes_healthy(Duration cooldown, Instant now) {
  if (healthy_ || !well_since_ || now - *well_since_ < cooldown) return false;
  healthy_ = true;
  return true;
}

void Health::settle(bool on_air, Instant now) {
  if (covered_since_) covered_unsettled_ += now - std::max(*covered_since_, settled_at_);
  const Duration passed = now - settled_at_;
  const Duration covered = std::min(std::exchange(covered_unsettled_, Duration::zero()), passed);
  covered_total_ += covered;
  (on_air ? on_air_total_ : off_air_total_) += passed - covered;
  settled_at_ = now;
}

void Health::cover(bool is_covered, Instant now) {
  if (is_covered == covered_since_.has_value()) return;
  if (covered_since_) covered_unsettled_ += now - std::max(*covered_since_, settled_at_);
  covered_since_ = is_covered ? std::optional(now) : std::nullopt;
}

void Health::backdate(Instant began) {
  if (last_good_at_) last_good_at_ = std::min(*last_good_at_, began);
}

void Health::leave_air(bool keeps_well) {
  on_air_since_.reset();
  if (!keeps_well) well_since_.reset();
}

Instant Health::healthy_at(Duration cooldown) const {
  if (healthy_ || !well_since_) return monitor::never;
  return *well_since_ + cooldown;
}

}  // namespace recovery
