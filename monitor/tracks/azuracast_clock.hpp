#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "monitor/tracks/now_playing.hpp"

namespace monitor {

// For what AzuraCast's Unix times are compared with; nothing else is decided by it.
using WallClock = std::chrono::system_clock::time_point;

// The offset of AzuraCast's clock from ours, learnt from reports that carry their time. Only polls
// and the feed count (a web hook may be late), and only where several agree: a cached report looks
// like a clock that is behind.
class AzuracastClock {
 public:
  void on_report(const NowPlaying& report, ReportChannel channel, WallClock wall);

  // The present in AzuraCast's time: Unix time, s.
  double now(WallClock wall) const;
  // How far ours is ahead, s; 0 while it is within what a network and rounding explain.
  double skew() const;

 private:
  static constexpr std::size_t kept = 3;  // reports
  std::array<double, kept> offsets_{};    // s
  std::size_t count_ = 0;
};

}  // namespace monitor
