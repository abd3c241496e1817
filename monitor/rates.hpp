#pragma once

#include <cstddef>
#include <deque>
#include <optional>

#include "monitor/progress.hpp"
#include "monitor/time.hpp"

namespace monitor {

// What FFmpeg does now, as opposed to its own figures, which are averages since launch (after 24
// hours a stream that halves its bitrate takes 28 hours to show it there).
class Rates {
 public:
  explicit Rates(Duration window) : window_(window) {}

  void on_progress(const Progress& block, Instant now);

  // Over the window; empty until it spans half of `window`, and where FFmpeg gives no such figure.
  // A counter that stepped back starts the window anew. Rates fall towards 0 as `now` moves on
  // without a block.
  std::optional<double> fps(Instant now) const;
  std::optional<double> speed(Instant now) const;        // out_time per wall time
  std::optional<double> bitrate_bps(Instant now) const;  // total_size per wall time

 private:
  struct Point {
    Instant at;
    Progress block;
  };
  static constexpr std::size_t points_limit = 64;  // blocks closer than window/32 replace the last

  Duration window_;
  std::deque<Point> points_;
};

}  // namespace monitor
