#pragma once

#include <algorithm>
#include <optional>

#include "monitor/cause.hpp"
#include "monitor/detectors/hold_timer.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/limits.hpp"
#include "monitor/process_sample.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Detects that a stream that should advance does not. Covers both ends of a life: nothing at all
// within `startup_timeout` of the launch, and no advance for `freeze_timeout` once it has begun. A
// process that stands in state T for `freeze_timeout` is frozen however long a start may take.
//
// Blocks alone prove nothing: 7.1 prints them from an idle thread while everything else hangs. What
// counts is that a value grew between two blocks:
//  - `frame`, where there is video. A counter that never passed 1 is an attached picture (the cover
//    of an MP3), not video;
//  - else `out_time` or `total_size`.
// A value that steps back (7.1's last block, a source that starts over) is not an advance; growth
// from there on is.
class FreezeDetector {
 public:
  FreezeDetector(Duration startup_timeout, Duration freeze_timeout, Instant launched_at);
  // These limits also apply to a silence that has begun.
  void adjust(const Limits& limits) {
    startup_timeout_ = limits.startup_timeout;
    freeze_timeout_ = limits.freeze_timeout;
  }

  // True when this block advanced the stream. The first block of a life advances it when it shows
  // any output at all (frame, out_time or total_size above 0). An `end` block counts like any
  // other.
  bool on_progress(const Progress& block, Instant now);

  void on_sample(const ProcessSample& sample, Instant now);

  // The process could not run until now (a paused container, a suspended machine): the time that
  // passed counts for no fault.
  void rebase(Instant now);

  // Fault{encoder_frozen, off_air} while frozen.
  std::optional<Fault> check(Instant now) const;
  Instant deadline() const { return std::min(output_due_at(), stopped_.deadline()); }

  bool has_advanced() const { return advanced_; }
  // The picture stands still while something else, the sound, goes on.
  bool is_picture_alone() const { return last_.frame && goes_on(out_time_grew_at_); }

 private:
  Instant output_due_at() const;
  bool advances(const Progress& block) const;
  void remember(const Progress& block, Instant now);
  bool goes_on(std::optional<Instant> grew_at) const;
  std::string what_stands() const;

  Duration startup_timeout_;
  Duration freeze_timeout_;
  Instant counted_from_;  // the launch, the last advance, or the last rebase
  bool advanced_ = false;
  HoldTimer stopped_;  // in state T
  std::optional<Instant> last_block_;
  std::optional<Instant> out_time_grew_at_;
  Progress last_;  // of each value the last one given
};

}  // namespace monitor
