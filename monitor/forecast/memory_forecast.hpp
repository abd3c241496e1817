#pragma once

#include <cstdint>
#include <optional>

#include "monitor/cause.hpp"
#include "monitor/forecast/trend_window.hpp"
#include "monitor/host_sample.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Where FFmpeg's resident set meets a limit: `memory_mb` MiB, or what its control group has left.
std::uint64_t memory_ceiling(std::int64_t rss_bytes, double memory_mb, const HostSample& host);

// Detects that FFmpeg's memory grows so that it meets its limit within the horizon, hours before
// MemoryDetector or the OOM killer would. Of one life.
//
// The growth is the Theil–Sen slope over up to 43 min, or over their later half where that is less.
// It counts as growth when the Mann–Kendall test finds it significant at level 0.001, it is well
// above the scatter, each quarter of the time has its share of it, it exceeds all that this life
// has used before, and, where it slows down, levels off above the limit. Steps, an allocator's
// sawtooth, autocorrelated noise and a warm-up of some minutes are none; one of an hour that fills
// most of the memory may cause one warning. A life's first 10 minutes, when encoders fill their
// buffers, are never judged, its first 2 not even learned from.
//
// Measured in tests/monitor/forecast_memory_test.cpp: the false alarms of simulated healthy
// streams.
class MemoryForecast {
 public:
  explicit MemoryForecast(Instant launched_at, Duration horizon = std::chrono::hours(1));

  void on_sample(std::int64_t rss_bytes, std::uint64_t limit_bytes, Instant now);

  // Significant or not; empty in the first 10 minutes.
  std::optional<double> growth_bytes_per_second() const { return growth_; }
  // At the present growth; empty where there is no significant one.
  std::optional<Duration> time_to_limit() const { return time_to_limit_; }
  // Fault{memory_high}, a warning.
  std::optional<Fault> check() const;

 private:
  void judge();

  Instant launched_at_;
  Duration horizon_;
  TrendWindow window_;
  double rss_ = 0;    // bytes, the last
  double limit_ = 0;  // bytes, the last
  std::optional<double> growth_;
  std::optional<Duration> time_to_limit_;
  bool warned_ = false;
};

}  // namespace monitor
