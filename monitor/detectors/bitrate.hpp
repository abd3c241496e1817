#pragma once

#include <optional>

#include "monitor/cause.hpp"
#include "monitor/detectors/rate_drop.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/limits.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Detects that the output's bitrate has fallen `percent` below its healthy baseline and stayed
// there.
//
// The rate is bytes per wall time over `window`, never FFmpeg's average since launch. Start-up is
// not measured. The baseline rises with the stream within minutes and falls only with a half-life
// of hours, so a slow decay is measured against the earlier rate (rate_baseline.hpp).
//
// A drop of a constant bitrate is reported within `window` + `hold`. A rate that varies with its
// scenes has a lower limit in that window, so that its own low scenes are no fault; for it the same
// rule over 12 windows, where scenes even out, detects the drop in a few minutes.
//
// The freeze detector handles missing blocks: time without them does not count as held. A rate of 0
// while blocks still come is a drop. Without a total_size (tee, HLS, null, …) there is no fault.
class BitrateDetector {
 public:
  explicit BitrateDetector(const BitrateDrop& limit);
  void adjust(const Limits& limits) {
    if (limits.bitrate_drop != limit_) *this = BitrateDetector(limits.bitrate_drop);
  }

  void on_progress(const Progress& block, Instant now);
  // The process could not run until now: the time that passed counts for no fault.
  void rebase();

  // Fault{bitrate_drop}; off_air is false: what to do about it is the limit's `action`.
  std::optional<Fault> check(Instant now) const;
  Instant deadline() const;

  std::optional<double> baseline_bps() const { return soon_.baseline_bps(); }

 private:
  BitrateDrop limit_;
  RateDrop soon_;
  RateDrop late_;
};

}  // namespace monitor
