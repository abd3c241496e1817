#pragma once

#include "monitor/host_sample.hpp"
#include "monitor/time.hpp"
#include "monitor/window.hpp"

namespace monitor {

// How much of the last seconds the control group's CPU quota kept FFmpeg from running.
class Throttle {
 public:
  void on_host(const HostSample& sample, Instant now);

  // Of wall time; above 1 where several CPUs were denied. 0 while unknown.
  double share() const;

 private:
  struct Point {
    Instant at;
    Duration throttled;
  };
  static constexpr Duration window = std::chrono::seconds(12);  // the speed is judged over 10 s
  static constexpr std::size_t points_limit = 32;

  Window<Point> points_;  // oldest first, at most `points_limit`
};

inline void Throttle::on_host(const HostSample& sample, Instant now) {
  if (!sample.throttled) return points_.clear();
  while (points_.size() > 2 && now - points_[1].at >= window) points_.pop_front();
  if (points_.size() == points_limit) points_.pop_back();
  points_.push_back({now, *sample.throttled});
}

inline double Throttle::share() const {
  if (points_.size() < 2) return 0;
  const double span = seconds(points_.back().at - points_.front().at);
  return span > 0 ? seconds(points_.back().throttled - points_.front().throttled) / span : 0;
}

}  // namespace monitor
