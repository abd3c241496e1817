#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <random>

#include "monitor/time.hpp"

namespace monitor {

// The delay before the next try of an operation that failed: `first` after the first failure, then
// `factor` times as long after each further failure in a row, never longer than `max`. A value; it
// keeps no count and no clock: the caller counts failures and adds the delay to its own time.
class Backoff {
 public:
  // `factor` is at least 1, the durations are not negative. With `first` above `max` every delay is
  // `max`.
  constexpr Backoff(Duration first, Duration max, double factor = 2)
      : first_(first), max_(max), factor_(factor) {}

  // `failures`: in a row, up to now. 0: no delay.
  Duration after(unsigned failures) const { return capped(wanted(failures)); }

  // The same, made shorter by a random share of at most `share` (0 to 1), but not below `first`:
  // many clients that lost one server must not return at the same instant. The caller owns
  // `random` and thereby the seed.
  Duration after(unsigned failures, double share, std::minstd_rand& random) const {
    const double part = std::uniform_real_distribution(1 - share, 1.0)(random);
    const Duration longest = after(failures);
    return std::clamp(capped(static_cast<double>(longest.count()) * part),
                      std::min(first_, longest), longest);
  }

 private:
  double wanted(unsigned failures) const {
    if (failures == 0 || first_ == Duration::zero()) return 0;  // zero times infinity is no number
    return static_cast<double>(first_.count()) * std::pow(factor_, failures - 1.0);
  }
  // Compared as a double: a count that overflows Duration never becomes one.
  Duration capped(double wanted) const {
    if (wanted >= static_cast<double>(max_.count())) return max_;
    return Duration(static_cast<Duration::rep>(wanted));
  }

  Duration first_;
  Duration max_;
  double factor_;
};

}  // namespace monitor
