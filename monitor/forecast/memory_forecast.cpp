#include "monitor/forecast/memory_forecast.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "monitor/text/sentence.hpp"

namespace monitor {

using namespace std::chrono_literals;

namespace {

constexpr Duration warm_up = 2min;      // not learned from: codecs open, buffers fill
constexpr Duration first_look = 10min;  // into a life
constexpr Duration shortest = 10s;      // of a point, in a young life
constexpr Duration longest_window = 64 * 40s;
constexpr Duration far_off = 365 * 24h;    // a forecast beyond has no meaning
constexpr std::size_t points_needed = 16;  // fewer are not enough, after a gap
constexpr double normal_per_mad = 1.4826;  // the standard deviation of normal noise, in its MAD
constexpr double least_clarity = 4;
constexpr double share = 0.4;   // of the mean growth that each quarter must have
constexpr double relief = 1.5;  // times the horizon at which a warning ends, lest it flaps
constexpr double bytes_per_mib = 1024.0 * 1024.0;

double median_of(std::span<const TrendPoint> points) {
  std::vector<double> values;
  for (const TrendPoint& point : points) values.push_back(point.value);
  return median(values);
}

using Levels = std::array<double, 4>;  // of the quarters of the time, oldest first

Levels levels_of(std::span<const TrendPoint> points) {
  const std::size_t quarter = points.size() / 4;
  Levels levels{};
  for (std::size_t i = 0; i < levels.size(); ++i) {
    levels[i] = median_of(points.subspan(points.size() - (4 - i) * quarter, quarter));
  }
  return levels;
}

// Each quarter lies above the one before, and none by much less than the others.
bool grows_throughout(const Levels& levels) {
  const double mean = (levels[3] - levels[0]) / 3;
  for (std::size_t i = 1; i < levels.size(); ++i) {
    if (levels[i] - levels[i - 1] < share * mean) return false;
  }
  return mean > 0;
}

// Where a growth that slackens geometrically comes to rest (Aitken 1926).
double rest_of(const Levels& levels) {
  const double ratio = std::sqrt((levels[3] - levels[2]) / (levels[1] - levels[0]));
  if (ratio >= 1) return std::numeric_limits<double>::infinity();
  return levels[3] + (levels[3] - levels[2]) * ratio / (1 - ratio);
}

// The growth over the points, as a multiple of how far they usually lie off its line.
double clarity(std::span<const TrendPoint> points, double growth) {
  std::vector<double> offsets;
  for (const TrendPoint& point : points) offsets.push_back(point.value - growth * point.at);
  const double middle = median(offsets);
  for (double& offset : offsets) offset = std::abs(offset - middle);
  const double scatter = std::max(normal_per_mad * median(offsets), 1.0);
  return growth * (points.back().at - points.front().at) / scatter;
}

bool is_significant(const TrendWindow& window) {
  return window.points().size() >= points_needed &&
         mann_kendall_z(window.points()) >= significant_z;
}

// Growth that leads to the limit, on ground where this life has never been before.
bool leads_to(double limit, double growth, const TrendWindow& window) {
  if (clarity(window.points(), growth) < least_clarity) return false;
  const Levels levels = levels_of(window.points());
  return grows_throughout(levels) && levels[3] > window.largest_before().value_or(0) &&
         rest_of(levels) > limit;
}

// A growth that slackens is taken at its present pace.
std::optional<double> present_growth(std::span<const TrendPoint> points) {
  const auto whole = theil_sen_slope(points);
  const auto later = theil_sen_slope(points.last(points.size() / 2));
  return whole && later ? std::optional(std::min(*whole, *later)) : whole;
}

std::string people_time(Duration duration) {
  const double minutes = seconds(duration) / 60;
  if (minutes < 1) return "less than a minute";
  if (minutes < 100) return sentence("about %.0f min", minutes);
  return sentence("about %.0f h", minutes / 60);
}

}  // namespace

std::uint64_t memory_ceiling(std::int64_t rss_bytes, double memory_mb, const HostSample& host) {
  const auto own = static_cast<std::uint64_t>(std::max(memory_mb, 0.0) * bytes_per_mib);
  if (!host.memory_limit_bytes || !host.memory_used_bytes) return own;
  const std::uint64_t left =
      *host.memory_limit_bytes - std::min(*host.memory_limit_bytes, *host.memory_used_bytes);
  return std::min(own, static_cast<std::uint64_t>(std::max<std::int64_t>(rss_bytes, 0)) + left);
}

MemoryForecast::MemoryForecast(Instant launched_at, Duration horizon)
    : launched_at_(launched_at), horizon_(horizon), window_(shortest, longest_window) {
}

void MemoryForecast::on_sample(std::int64_t rss_bytes, std::uint64_t limit_bytes, Instant now) {
  rss_ = static_cast<double>(rss_bytes);
  limit_ = static_cast<double>(limit_bytes);
  if (now - launched_at_ < warm_up) return;
  if (window_.add(rss_, now) && now - launched_at_ >= first_look) judge();
}

void MemoryForecast::judge() {
  const auto points = window_.points();
  time_to_limit_.reset();
  growth_ = present_growth(points);
  const double left = std::max(limit_ - rss_, 0.0);
  const bool meets = growth_ && *growth_ * seconds(far_off) > left;
  if (meets && is_significant(window_) && (warned_ || leads_to(limit_, *growth_, window_))) {
    time_to_limit_ =
        std::chrono::duration_cast<Duration>(std::chrono::duration<double>(left / *growth_));
  }
  warned_ = time_to_limit_ && *time_to_limit_ <= (warned_ ? relief : 1.0) * horizon_;
}

std::optional<Fault> MemoryForecast::check() const {
  if (!warned_) return {};
  return Fault{Cause::memory_high, false,
               sentence("Memory grows by %.1f MiB/min; %.0f MiB of %.0f MiB now; the limit is "
                        "reached in %s.",
                        *growth_ * 60 / bytes_per_mib, rss_ / bytes_per_mib, limit_ / bytes_per_mib,
                        people_time(*time_to_limit_).c_str())};
}

}  // namespace monitor
