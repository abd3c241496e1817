#pragma once

#include <optional>

#include "monitor/cause.hpp"
#include "monitor/limits.hpp"
#include "monitor/progress.hpp"
#include "monitor/rates.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Says when the output's bitrate has fallen `percent` below its baseline of health and stayed there.
//
// The rate is bytes per wall time over `window`, never FFmpeg's average since launch. The baseline
// learns from health only: it is set from the first windows after start-up, rises with the stream
// within minutes and falls only with a half-life of hours, so a slow decay is measured against what
// the stream once was, and a drop never becomes the new normal while it lasts.
class BitrateDetector {
 public:
  explicit BitrateDetector(const BitrateDrop& limit);

  void on_progress(const Progress& block, Instant now);

  // Fault{bitrate_drop}; off_air is false: what to do about it is the limit's `action`.
  std::optional<Fault> check(Instant now) const;
  Instant deadline() const;

  std::optional<double> baseline_bps() const;

 private:
  BitrateDrop limit_;
  Rates rates_;
  // … the implementer's state
};

}  // namespace monitor
