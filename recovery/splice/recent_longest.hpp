#pragma once

#include <algorithm>

#include "recovery/splice/ticks.hpp"

namespace recovery::splice {

// The longest of the spans that were noted within the last ten to twenty seconds.
class RecentLongest {
 public:
  void note(Duration span, Instant now) {
    if (now - began_ >= window) {
      before_ = now - began_ < 2 * window ? present_ : Duration::zero();
      present_ = Duration::zero();
      began_ = now;
    }
    present_ = std::max(present_, span);
  }
  Duration longest() const { return std::max(present_, before_); }

 private:
  static constexpr Duration window = std::chrono::seconds(10);

  Instant began_{};
  Duration present_{}, before_{};
};

}  // namespace recovery::splice
