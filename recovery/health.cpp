#include "recovery/health.hpp"

#include <algorithm>

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
  (on_air ? on_air_total_ : off_air_total_) += now - settled_at_;
  settled_at_ = now;
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
