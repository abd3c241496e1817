#pragma once

#include <optional>
#include <span>
#include <vector>

namespace monitor {

struct TrendPoint {
  double at;  // s, from any origin; rising
  double value;
};

// The median; of an even count the mean of the middle two. `values` is reordered; not empty.
double median(std::span<double> values);

// The robust slope per second (Theil 1950, Sen 1968): the median of the slopes of all pairs. Up to
// 29 % of the points may be anything. Empty below two points. For 64 points 2016 pairs.
std::optional<double> theil_sen_slope(std::span<const TrendPoint> points);

// The statistic of the Mann–Kendall trend test (Mann 1945, Kendall 1975), ties corrected: standard
// normal where there is no trend and the points are independent; positive where they rise.
double mann_kendall_z(std::span<const TrendPoint> points);
inline constexpr double significant_z = 3.09;  // one-sided level 0.001

}  // namespace monitor
