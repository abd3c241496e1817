#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "monitor/ffmpeg/progress.hpp"
#include "monitor/time.hpp"
#include "monitor/window.hpp"

namespace monitor {

// What FFmpeg does now, as opposed to its own figures, which are averages since launch (after 24
// hours a stream that halves its bitrate takes 28 hours to show it there).
class Rates {
 public:
  explicit Rates(Duration window) : window_(window) {}

  void on_progress(const Progress& block, Instant now);
  // Starts the window anew.
  void rebase() { points_.clear(); }

  // Over the window; empty until it spans half of `window`, and where FFmpeg gives no such figure.
  // A counter that stepped back starts the window anew. Rates fall towards 0 as `now` moves on
  // without a block; not within the usual distance of two blocks.
  std::optional<double> fps(Instant now) const;
  std::optional<double> speed(Instant now) const;        // out_time per wall time
  std::optional<double> bitrate_bps(Instant now) const;  // total_size per wall time

 private:
  struct Point {
    Instant at;
    std::optional<std::int64_t> frame;
    std::optional<std::int64_t> total_size_bytes;
    std::optional<std::chrono::microseconds> out_time;
  };
  static constexpr int points_per_window = 32;  // closer blocks replace the last: memory is bounded

  static bool stepped_back(const Point& before, const Point& after);
  Instant end_of_window(Instant now) const;
  template <class Value>
  std::optional<double> growth_per_second(Value value, Instant now) const;

  Duration window_;
  Window<Point> points_;  // oldest first; all but the first lie within the window
};

}  // namespace monitor
