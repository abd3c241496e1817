#include "monitor/forecast/theil_sen.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace monitor {
namespace {

double sign(double difference) {
  return static_cast<double>((difference > 0) - (difference < 0));
}

// Kendall's S: pairs that rise less pairs that fall.
double kendall_s(std::span<const TrendPoint> points) {
  double sum = 0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      sum += sign(points[j].value - points[i].value);
    }
  }
  return sum;
}

double eighteenfold_variance(double count) {
  return count * (count - 1) * (2 * count + 5);
}

// Of S without a trend; each group of equal values takes its share away.
double variance_of_s(std::span<const TrendPoint> points) {
  std::vector<double> values;
  for (const TrendPoint& point : points) values.push_back(point.value);
  std::sort(values.begin(), values.end());
  double sum = eighteenfold_variance(static_cast<double>(values.size()));
  for (auto group = values.begin(); group != values.end();) {
    const auto end = std::upper_bound(group, values.end(), *group);
    sum -= eighteenfold_variance(static_cast<double>(end - group));
    group = end;
  }
  return sum / 18;
}

}  // namespace

double median(std::span<double> values) {
  const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
  std::nth_element(values.begin(), middle, values.end());
  if (values.size() % 2 == 1) return *middle;
  return (*middle + *std::max_element(values.begin(), middle)) / 2;
}

std::optional<double> theil_sen_slope(std::span<const TrendPoint> points) {
  std::vector<double> slopes;
  slopes.reserve(points.size() * points.size() / 2);
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t j = i + 1; j < points.size(); ++j) {
      const double elapsed = points[j].at - points[i].at;
      if (elapsed > 0) slopes.push_back((points[j].value - points[i].value) / elapsed);
    }
  }
  if (slopes.empty()) return {};
  return median(slopes);
}

double mann_kendall_z(std::span<const TrendPoint> points) {
  const double s = kendall_s(points);
  const double variance = variance_of_s(points);
  if (variance <= 0) return 0;
  return (s - sign(s)) / std::sqrt(variance);  // continuity correction towards 0
}

}  // namespace monitor
