#pragma once

#include <algorithm>

#include "monitor/backoff.hpp"
#include "recovery/policy.hpp"

namespace recovery {

// How soon a source or a sink that came back may be used again. A real return has no wait. A false
// one (the primary was launched for it and did not stay on air) makes the next one wait, longer
// each time: an endpoint that flaps must not launch FFmpeg at its own pace, for such launches spend
// no restart attempts.
class ReturnPace {
 public:
  // From one launch to the next, capped by the restart cooldown.
  static constexpr monitor::Backoff between_launches{1s, 64s};

  // `launched_at`: the primary, the last time.
  bool may_return(Instant launched_at, Duration cooldown, Instant now) const {
    if (failed_returns_ == 0) return true;
    return now - launched_at >= std::min(between_launches.after(failed_returns_), cooldown);
  }

  // Launched for a return: counted as failed until the primary has stayed on air.
  void on_return() { ++failed_returns_; }
  void on_lasting() { failed_returns_ = 0; }

 private:
  unsigned failed_returns_ = 0;  // in a row
};

}  // namespace recovery
