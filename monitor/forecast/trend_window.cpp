#include "monitor/forecast/trend_window.hpp"

#include <algorithm>
#include <cstddef>

namespace monitor {

bool TrendWindow::add(double value, Instant now) {
  if (!began_) {
    began_ = now;
    least_ = value;
  }
  least_ = std::min(least_, value);
  if (now - *began_ < width_) return false;
  make_room();
  points_.push_back({seconds(began_->time_since_epoch()), least_});
  began_.reset();
  return true;
}

void TrendWindow::clear() {
  points_.clear();
  began_.reset();
  largest_before_.reset();
}

void TrendWindow::drop_oldest(std::size_t count) {
  const auto end = points_.begin() + static_cast<std::ptrdiff_t>(count);
  for (auto point = points_.begin(); point != end; ++point) {
    largest_before_ = std::max(largest_before_.value_or(point->value), point->value);
  }
  points_.erase(points_.begin(), end);
}

// Drops what is older than the window. Where that is not enough, two points become one while the
// points span less than the window, and else the oldest goes.
void TrendWindow::make_room() {
  const double oldest = seconds((*began_ - window_).time_since_epoch());
  const auto is_old = [&](const TrendPoint& point) { return point.at < oldest; };
  drop_oldest(static_cast<std::size_t>(std::count_if(points_.begin(), points_.end(), is_old)));
  if (points_.size() < points_limit) return;
  if (width_ * points_limit >= window_) {
    drop_oldest(1);
    return;
  }
  for (std::size_t i = 0; i < points_limit / 2; ++i) {
    points_[i] = {points_[2 * i].at, std::min(points_[2 * i].value, points_[2 * i + 1].value)};
  }
  points_.resize(points_limit / 2);
  width_ *= 2;
}

}  // namespace monitor
