#include "monitor/detectors/rates.hpp"

#include <algorithm>

namespace monitor {

void Rates::on_progress(const Progress& block, Instant now) {
  const Point point{now, block.frame, block.total_size_bytes, block.out_time};
  if (!points_.empty() && stepped_back(points_.back(), point)) points_.clear();
  const std::size_t size = points_.size();
  if (size >= 2 && now - points_[size - 2].at < window_ / points_per_window) {
    points_.back() = point;
  } else {
    points_.push_back(point);
  }
  while (points_.size() > 2 && points_[1].at <= now - window_) points_.pop_front();
}

bool Rates::stepped_back(const Point& before, const Point& after) {
  const auto less = [](const auto& now, const auto& then) { return now && then && *now < *then; };
  return less(after.frame, before.frame) || less(after.out_time, before.out_time) ||
         less(after.total_size_bytes, before.total_size_bytes);
}

// A figure read between two blocks ends at the last one, unless the next is overdue.
Instant Rates::end_of_window(Instant now) const {
  const Instant last = points_.back().at;
  if (points_.size() < 2) return std::max(last, now);
  const Duration spacing = (last - points_.front().at) / (points_.size() - 1);
  return std::max(last, now - spacing * 3 / 2);
}

template <class Value>
std::optional<double> Rates::growth_per_second(Value value, Instant now) const {
  if (points_.empty() || !value(points_.back())) return {};
  const Instant end = end_of_window(now);
  const Point* first = nullptr;
  for (const Point& point : points_) {
    if (first && point.at > end - window_) break;
    if (value(point)) first = &point;
  }
  const Duration span = end - first->at;
  if (span < window_ / 2 || span <= Duration::zero()) return {};
  return (*value(points_.back()) - *value(*first)) / seconds(span);
}

// Differences are taken of doubles: counters of any size are input.
std::optional<double> Rates::fps(Instant now) const {
  const auto frames = [](const Point& point) {
    return point.frame ? std::optional(static_cast<double>(*point.frame)) : std::nullopt;
  };
  return growth_per_second(frames, now);
}

std::optional<double> Rates::speed(Instant now) const {
  const auto out_seconds = [](const Point& point) {
    return point.out_time ? std::optional(std::chrono::duration<double>(*point.out_time).count())
                          : std::nullopt;
  };
  return growth_per_second(out_seconds, now);
}

std::optional<double> Rates::bitrate_bps(Instant now) const {
  const auto bits = [](const Point& point) {
    return point.total_size_bytes
               ? std::optional(8.0 * static_cast<double>(*point.total_size_bytes))
               : std::nullopt;
  };
  return growth_per_second(bits, now);
}

}  // namespace monitor
