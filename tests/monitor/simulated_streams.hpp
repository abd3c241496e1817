#pragma once

#include <cmath>
#include <random>

namespace monitor {

// Figures of made-up streams. The generator is seeded, so that a run is like the one before.
class Chance {
 public:
  explicit Chance(unsigned seed) : generator_(seed) {}
  double normal() { return normal_(generator_); }
  double uniform() { return uniform_(generator_); }
  // Whether something that comes `rate` times an hour came within `hours`.
  bool comes(double rate, double hours) { return uniform() < -std::expm1(-rate * hours); }

 private:
  std::mt19937_64 generator_;
  std::normal_distribution<double> normal_;
  std::uniform_real_distribution<double> uniform_;
};

// Noise that remembers: of the standard deviation 1, a value `correlation` like the one before.
class CorrelatedNoise {
 public:
  explicit CorrelatedNoise(double correlation) : correlation_(correlation) {}
  double next(Chance& chance) {
    value_ = correlation_ * value_ + std::sqrt(1 - correlation_ * correlation_) * chance.normal();
    return value_;
  }

 private:
  double correlation_;
  double value_ = 0;
};

}  // namespace monitor
