#pragma once

#include <algorithm>
#include <chrono>

#include "monitor/time.hpp"

namespace monitor {

// How long to wait for the next look at a server: `interval` while it answers, twice as long after
// each look in a row that failed, up to `limit`.
class PollPace {
 public:
  explicit PollPace(Duration interval, Duration limit = std::chrono::minutes(2))
      : interval_(interval), limit_(std::max(interval, limit)), wait_(interval) {}

  Duration after(bool success) {
    wait_ = success ? interval_ : std::min(failed_ ? 2 * wait_ : 2 * interval_, limit_);
    failed_ = !success;
    return wait_;
  }

 private:
  Duration interval_;
  Duration limit_;
  Duration wait_;
  bool failed_ = false;
};

}  // namespace monitor
