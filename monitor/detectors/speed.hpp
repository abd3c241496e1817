#pragma once

#include <chrono>
#include <optional>

#include "monitor/cause.hpp"
#include "monitor/detectors/hold_timer.hpp"
#include "monitor/detectors/rates.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/limits.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Detects that the output falls behind real time: speed over the last 10 s below `ratio`, held.
//
// The clock starts when out_time first grows: an encoder with look-ahead fills up before that (40
// frames are 40 s of a slide show) and is not slow. The first window allows for the steps that
// slides move in.
class SpeedDetector {
 public:
  explicit SpeedDetector(const MinSpeed& limit);
  void adjust(const Limits& limits) {
    if (limits.min_speed != limit_) *this = SpeedDetector(limits.min_speed);
  }

  void on_progress(const Progress& block, Instant now);
  // The process could not run until now: the time that passed counts for no fault.
  void rebase();

  std::optional<Fault> check(Instant now) const;  // Fault{encoder_slow}, a warning
  Instant deadline() const;

 private:
  bool has_begun(const Progress& block, Instant now);
  double allowance(Instant now) const;

  MinSpeed limit_;
  Rates rates_;
  HoldTimer below_;
  std::optional<std::chrono::microseconds> first_out_time_;
  std::optional<Instant> begun_at_;
};

}  // namespace monitor
