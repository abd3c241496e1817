#pragma once

#include <algorithm>
#include <chrono>

#include "monitor/backoff.hpp"

namespace monitor {

// How long to wait for the next look at a server: `interval` while it answers, twice as long after
// each look in a row that failed, up to `limit`.
class PollPace {
 public:
  explicit PollPace(Duration interval, Duration limit = std::chrono::minutes(2))
      : interval_(interval), after_failures_(2 * interval, std::max(interval, limit)) {}

  Duration after(bool success) {
    failures_ = success ? 0 : failures_ + 1;
    return success ? interval_ : after_failures_.after(failures_);
  }

 private:
  Duration interval_;
  Backoff after_failures_;
  unsigned failures_ = 0;  // in a row, up to now
};

}  // namespace monitor
