#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "monitor/anomalies/anomaly.hpp"
#include "monitor/time.hpp"

namespace monitor {

// The output's bitrate against its own history of 24 h: an EWMA control chart (Roberts 1959) whose
// limits allow for a rate that remembers, as an AR(1) process does (Schmid 1997). Deviations are
// scaled by the median absolute deviation and clamped, so that single wild stretches neither widen
// the limits nor cross them.
//
// Told is a shift that lasts for about 16 minutes and leads beyond all that the history has seen,
// by a deviation: a drop too small or too slow for BitrateDetector, or a rise. What comes daily is
// in the history before anything is said, so nothing is in the first 24 h. A level that lasts for 2
// h is the new normal, of which a new history is made.
//
// False alarms are measured in tests/monitor/bitrate_anomaly_test.cpp.
class BitrateAnomaly {
 public:
  void on_size(std::int64_t total_bytes, Instant now);
  // A launch, a pause, time off air: the history stays, the present begins anew.
  void rebase();

  const std::optional<Anomaly>& check() const { return anomaly_; }

  static constexpr std::size_t history_limit = 720;  // stretches of 2 min: 24 h

 private:
  // What the history says of a stretch's mean.
  struct Model {
    double level = 0;  // the median
    double least = 0;
    double most = 0;
    double scatter = 0;
    double correlation = 0;  // of a mean with the one before
  };
  static Model model_of(const std::deque<double>& history);

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
  std::deque<double> history_;   // means, oldest first
  std::deque<double> recent_;    // not yet history: a shift must not teach its own normality
  int learned_ = 0;              // means since the model was made
  std::optional<Model> model_;
  double smoothed_ = 0;  // the chart's statistic, in deviations
  int out_ = 0;          // stretches out of control, one after the other
  std::optional<Anomaly> anomaly_;
};

}  // namespace monitor
