#pragma once

#include <cmath>
#include <cstdint>
#include <initializer_list>

#include "monitor/time.hpp"

namespace simulation {

using monitor::Duration;
using monitor::Instant;

// Seeded randomness that is the same with every standard library (splitmix64).
class Dice {
 public:
  explicit Dice(std::uint64_t seed) : state_(seed) {}

  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15U);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9U;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebU;
    return z ^ (z >> 31U);
  }
  double share() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }  // [0, 1)
  bool chance(double probability) { return share() < probability; }
  double between(double low, double high) { return low + (high - low) * share(); }
  Duration between(Duration low, Duration high) {
    return low + std::chrono::duration_cast<Duration>((high - low) * share());
  }
  // Many short spans, few long ones.
  Duration around(Duration mean) {
    return std::chrono::duration_cast<Duration>(mean * -std::log(1 - share()));
  }
  template <class Value>
  Value one_of(std::initializer_list<Value> values) {
    return values.begin()[next() % values.size()];
  }

 private:
  std::uint64_t state_;
};

}  // namespace simulation
