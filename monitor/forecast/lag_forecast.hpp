#pragma once

#include <chrono>
#include <optional>

#include "monitor/forecast/trend_window.hpp"
#include "monitor/time.hpp"

namespace monitor {

// How far FFmpeg is behind its live source, whether it falls further behind, and when what the
// source keeps for it runs out. Figures only, no fault. Of one life.
//
// Lag is the wall time since the first advance less what the output's time has grown by, over the
// least this has been: a burst at the start of a connection is where the live edge is. A source
// clock slower than ours by up to 0.05 % is no lag. A step back or a leap in the output's time
// changes the origin, not the lag.
class LagForecast {
 public:
  LagForecast();

  void on_progress(std::chrono::microseconds out_time, Instant now);

  // Empty before the first two blocks.
  std::optional<Duration> lag() const { return lag_; }
  // Seconds of lag a second, the Theil–Sen slope over up to 5 min; empty in the first minute.
  std::optional<double> growth() const { return growth_; }
  // Until `buffer` of the source is lost; 0 where it is. Empty where the lag does not grow, by the
  // Mann–Kendall test at level 0.001.
  std::optional<Duration> time_left(Duration buffer) const;

 private:
  TrendWindow window_;
  std::optional<Instant> last_at_;
  std::chrono::microseconds last_out_time_{};
  Duration behind_{};  // wall time less output time, since the first advance
  Duration least_{};   // … at the live edge
  std::optional<Duration> lag_;
  std::optional<double> growth_;
  bool grows_ = false;
};

}  // namespace monitor
