#include "recovery/outage.hpp"

#include <utility>

namespace recovery {

void Outage::follow(Air air, std::optional<Instant> last_good_at, Instant now) {
  const bool was_covered = std::exchange(was_covered_, air == Air::covered);
  if (air != Air::off) {
    if (since_) before_ += now - *since_;
    return since_.reset();
  }
  if (since_) return;
  since_ = was_covered ? now : last_good_at.value_or(now);
}

Instant Outage::lasts_for(std::optional<Duration> after) const {
  if (!since_ || !after) return monitor::never;
  return *since_ + *after;
}

std::optional<Duration> Outage::in_all(Instant now) const {
  if (!is_all_known_) return std::nullopt;
  return before_ + (since_ ? now - *since_ : Duration::zero());
}

}  // namespace recovery
