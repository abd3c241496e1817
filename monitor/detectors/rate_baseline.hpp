#pragma once

#include <optional>

#include "monitor/time.hpp"

namespace monitor {

// The rate of the healthy stream, and the limit below which a rate is not normal for it. Takes
// rates of the healthy stream only.
//
// The level follows the rate within minutes. The baseline rises with the level and falls towards it
// with a half-life of 6 h, so slow decay is measured against what the stream once was. The spread
// is how far the rate usually falls short of the level; a stream with variable bitrate has its
// limit so far down that its own low scenes do not reach it, one with constant bitrate just
// `percent` down.
class RateBaseline {
 public:
  RateBaseline(double percent, Duration window) : percent_(percent), window_(window) {}

  void learn(double bps, Duration time);
  // A drop lasts: the baseline falls towards the rate.
  void forget(double bps, Duration time);
  // The level is found afresh, the baseline is kept.
  void restart_level();

  std::optional<double> bps() const { return baseline_bps_; }
  // The rate below which the stream is not in health; empty until enough is known.
  std::optional<double> limit_bps() const;

 private:
  double percent_;
  Duration window_;
  Duration learned_{};        // all time learned from
  Duration level_learned_{};  // … since the level began
  double level_bps_ = 0;
  double spread_squared_ = 0;  // of the logarithm of the rate
  bool young_ = true;          // the baseline still is the level
  std::optional<double> baseline_bps_;
};

}  // namespace monitor
