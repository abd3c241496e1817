#pragma once

#include <deque>

#include "monitor/host_sample.hpp"
#include "monitor/time.hpp"

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
  std::deque<Point> points_;  // oldest first, at most `points_limit`
};

}  // namespace monitor
