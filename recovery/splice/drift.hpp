#pragma once

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <utility>

#include "recovery/splice/ticks.hpp"

namespace recovery::splice {

// How a live source's clock runs beside the wall's: crystals of cameras and sound cards are off by
// up to 0.01 %, a second in three hours. Followed, or a source that is fast would in time be read
// too slowly, and one that is slow would lie further and further behind.
//
// A frame may come late for many reasons, and never early: of ten minutes the earliest counts.
class Drift {
 public:
  // Of each frame of one time line that the source has given. Returns by how much the programme's
  // clock is to be put forward.
  Ticks note(Ticks dts, Instant arrival) {
    const Ticks early = dts - to_ticks(arrival.time_since_epoch());
    if (arrival < window_end_) {
      earliest_ = std::max(earliest_, early);
      return 0;
    }
    const Ticks closed = std::exchange(earliest_, early);
    window_end_ = arrival + window;
    return closed == none ? 0 : close(closed);
  }
  // Its time stamps begin anew.
  void restart() { *this = Drift(); }

 private:
  static constexpr Duration window = std::chrono::minutes(10);
  // In one window no clock drifts so far: its source has jumped, or gives in bursts.
  static constexpr Ticks jump = ticks_per_second * 15 / 100;
  // Not worth following.
  static constexpr Ticks tolerated = ticks_per_second / 25;

  Ticks close(Ticks earliest) {
    const Ticks before = std::exchange(last_, earliest);
    const bool goes_on = before != none && std::abs(earliest - before) < jump;
    if (!goes_on) {
      followed_ = earliest;
      return 0;
    }
    const Ticks drifted = earliest - followed_;
    if (std::abs(drifted) < tolerated) return 0;
    followed_ = earliest;
    return drifted;
  }

  static constexpr Ticks none = std::numeric_limits<Ticks>::min();

  Instant window_end_ = Instant::min();
  Ticks earliest_ = none;  // of the window: how far before the wall
  Ticks last_ = none;      // of the window before
  Ticks followed_ = 0;     // what the programme's clock has followed so far
};

}  // namespace recovery::splice
