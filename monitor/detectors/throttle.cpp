#include "monitor/detectors/throttle.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Duration window = 12s;  // the speed is judged over 10 s
constexpr std::size_t points_limit = 32;

}  // namespace

void Throttle::on_host(const HostSample& sample, Instant now) {
  if (!sample.throttled) return points_.clear();
  while (points_.size() > 2 && now - points_[1].at >= window) points_.pop_front();
  if (points_.size() == points_limit) points_.pop_back();
  points_.push_back({now, *sample.throttled});
}

double Throttle::share() const {
  if (points_.size() < 2) return 0;
  const double span = seconds(points_.back().at - points_.front().at);
  return span > 0 ? seconds(points_.back().throttled - points_.front().throttled) / span : 0;
}

}  // namespace monitor
