#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "monitor/forecast/theil_sen.hpp"
#include "monitor/time.hpp"

namespace monitor {

// The recent past of a figure in at most 64 points, each the least value of its stretch of time:
// what an allocator's sawtooth, or a lag between two blocks, comes back to. The stretches begin
// short, so that a young stream is judged soon, and double until the points span `window`.
class TrendWindow {
 public:
  static constexpr std::size_t points_limit = 64;

  // Of 64 stretches the first are `shortest` long; the last window / 64.
  TrendWindow(Duration shortest, Duration window) : width_(shortest), window_(window) {}

  // True when a stretch ended with this value, so that there is a new point.
  bool add(double value, Instant now);
  void clear();

  std::span<const TrendPoint> points() const { return points_; }
  // The largest of the points that the window has left behind; empty before there are any.
  std::optional<double> largest_before() const { return largest_before_; }

 private:
  void make_room();
  void drop_oldest(std::size_t count);

  Duration width_;
  Duration window_;
  std::vector<TrendPoint> points_;  // oldest first
  std::optional<Instant> began_;    // the present stretch
  double least_ = 0;
  std::optional<double> largest_before_;
};

}  // namespace monitor
