#include "monitor/detectors/rate_baseline.hpp"

#include <algorithm>
#include <cmath>

namespace monitor {

using namespace std::chrono_literals;

namespace {

constexpr int level_windows = 30;    // the level's memory, 5 min of 10 s: scenes are shorter
constexpr int spread_windows = 360;  // the spread's, 1 h of 10 s: sees the rarer low scenes
constexpr int windows_needed = 2;
constexpr Duration forget_half_life = 6h;  // a permanent level becomes normal overnight
constexpr double deepest_dip = -2;         // ln; one hiccup to 0 must not blind for an hour
constexpr double spreads_allowed = 5;      // found by simulation: scenes stray no farther in weeks
constexpr double guessed_spread = 0.25;    // windows × spread² of a stream hardly known yet

double share(Duration part, Duration whole) {
  return seconds(part) / seconds(whole);
}

}  // namespace

void RateBaseline::learn(double bps, Duration time) {
  learned_ += time;
  level_learned_ += time;
  level_bps_ += share(time, std::min(level_learned_, level_windows * window_)) * (bps - level_bps_);
  if (level_bps_ <= 0) return;
  // Twice the square of the lower half: high scenes do not show how low the low ones are.
  const double dip = std::clamp(std::log(std::max(bps, 1.0) / level_bps_), deepest_dip, 0.0);
  spread_squared_ +=
      share(time, std::min(learned_, spread_windows * window_)) * (2 * dip * dip - spread_squared_);
  if (learned_ > level_windows * window_) young_ = false;
  if (young_ || !baseline_bps_ || level_bps_ > *baseline_bps_) {
    baseline_bps_ = level_bps_;
  } else {
    forget(level_bps_, time);
  }
}

void RateBaseline::forget(double bps, Duration time) {
  if (!baseline_bps_ || bps > *baseline_bps_) return;
  const double kept = std::exp2(-share(time, forget_half_life));
  baseline_bps_ = bps + (*baseline_bps_ - bps) * kept;
}

void RateBaseline::restart_level() {
  young_ = young_ && !baseline_bps_;
  level_learned_ = {};
}

std::optional<double> RateBaseline::limit_bps() const {
  if (!baseline_bps_ || learned_ < windows_needed * window_) return {};
  const double guessed = guessed_spread / share(learned_, window_);
  const double lowest_normal = std::exp(-spreads_allowed * std::sqrt(spread_squared_ + guessed));
  return *baseline_bps_ * std::min(1 - percent_ / 100, lowest_normal);
}

}  // namespace monitor
