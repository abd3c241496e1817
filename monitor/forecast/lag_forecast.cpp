#include "monitor/forecast/lag_forecast.hpp"

#include <algorithm>
#include <cstddef>

namespace monitor {

using namespace std::chrono_literals;

namespace {

constexpr Duration shortest_lag_point = 2s;  // of a point: some blocks
constexpr Duration lag_window = 64 * 5s;
constexpr std::size_t lag_points_needed = 30;  // a minute's
constexpr auto leap = 60s;  // of the output's time in one block; no burst is that long
constexpr int source_clock_slack = 2000;  // 1 / 2000: no crystal is as far off as 0.05 %
constexpr double least_growth = 0.001;    // s/s, twice that

}  // namespace

LagForecast::LagForecast() : window_(shortest_lag_point, lag_window) {
}

void LagForecast::on_progress(std::chrono::microseconds out_time, Instant now) {
  if (!last_at_) {
    last_at_ = now;
    last_out_time_ = out_time;
    return;
  }
  const Duration elapsed = now - *last_at_;
  const auto advance = out_time - last_out_time_;
  last_at_ = now;
  last_out_time_ = out_time;
  if (advance < 0us || advance > leap) return;

  behind_ += elapsed - advance;
  least_ = std::min(behind_, least_ + elapsed / source_clock_slack);
  lag_ = behind_ - least_;
  if (!window_.add(seconds(*lag_), now) || window_.points().size() < lag_points_needed) return;
  growth_ = theil_sen_slope(window_.points());
  grows_ = *growth_ > least_growth && mann_kendall_z(window_.points()) >= significant_z;
}

std::optional<Duration> LagForecast::time_left(Duration buffer) const {
  if (!lag_) return {};
  if (*lag_ >= buffer) return Duration::zero();
  if (!grows_) return {};
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(seconds(buffer - *lag_) / *growth_));
}

}  // namespace monitor
