#include "recovery/status.hpp"

#include <algorithm>

namespace recovery {

State air_state(const Status& status) {
  return status.covered_since ? State::covered : status.state;
}

Duration covered_since_settled(const Status& status, Instant now) {
  Duration covered = status.covered_unsettled;
  if (status.covered_since) {
    const Instant from = std::max(*status.covered_since, status.settled_at);
    covered += std::max<Duration>(now - from, Duration::zero());
  }
  return covered;
}

}  // namespace recovery
