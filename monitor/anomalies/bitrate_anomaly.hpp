#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "monitor/anomalies/anomaly.hpp"
#include "monitor/time.hpp"
#include "monitor/window.hpp"

namespace monitor {

// The output's bitrate against its own history of 24 h: an EWMA control chart (Roberts 1959) whose
// limits allow for an autocorrelated rate, such as an AR(1) process (Schmid 1997). Deviations are
// scaled by the median absolute deviation and clamped, so that single wild stretches neither widen
// the limits nor cross them.
//
// Reports a shift that lasts for about 16 minutes and leaves the range of the history by a
// deviation: a drop too small or too slow for BitrateDetector, or a rise. Reports nothing in the
// first 24 h, so that daily patterns are in the history. A level that lasts for 2 h is the new
// normal and starts a new history.
//
// False alarms are measured in tests/monitor/bitrate_anomaly_test.cpp.
class BitrateAnomaly {
 public:
  void on_size(std::int64_t total_bytes, Instant now);
  // A launch, a pause, time off air: keeps the history, restarts the present measurement.
  void rebase();

  const std::optional<Anomaly>& check() const { return anomaly_; }

  static constexpr std::size_t history_limit = 720;  // stretches of 2 min: 24 h

 private:
  // The model of a stretch's mean, made from the history.
  struct Model {
    double level = 0;  // the median
    double least = 0;
    double most = 0;
    double scatter = 0;
    double correlation = 0;  // of a mean with the one before
  };
  static Model model_of(const Window<double>& history);

  void on_mean(double bps);
  void judge(double bps);
  double newest_bps() const;
  void learn();
  void begin_new_history();

  struct Size {
    Instant at;
    std::int64_t bytes;
  };
  std::optional<Size> began_;    // the present stretch
  std::int64_t last_bytes_ = 0;  // in it
  bool is_settled_ = false;      // the first stretch after a gap is over
  Window<double> history_;       // means, oldest first
  Window<double> recent_;        // not yet history: a shift must not become its own baseline
  int learned_ = 0;              // means since the model was made
  std::optional<Model> model_;
  double smoothed_ = 0;  // the chart's statistic, in deviations
  int out_ = 0;          // stretches out of control, one after the other
  std::optional<Anomaly> anomaly_;
};

}  // namespace monitor
