#pragma once

// Made-up encoders at a stand, and what of their frames is seen.

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "tests/splice/stand.hpp"

namespace recovery::splice::test {

inline constexpr Duration step = 10ms;

// All encoders give, for so long.
inline void run(Stand& stand, std::vector<Living*> living, Duration span) {
  for (const Instant end = stand.now + span; stand.now < end;) {
    stand.now += step;
    for (Living* const each : living) each->give(stand);
    stand.tick();
  }
}

inline EncoderSetting setting(std::uint8_t mark, Ticks start = 126000) {
  EncoderSetting setting;
  setting.mark = mark;
  setting.start = start;
  return setting;
}

inline std::uint8_t mark_of(const SeenFrame& frame) {
  if (frame.pid >= audio_pid) return frame.payload[7];
  const std::array<std::uint8_t, 3> slice = {0, 0, 1};
  auto at = frame.payload.begin();
  while (true) {
    at = std::search(at, frame.payload.end(), slice.begin(), slice.end()) + 3;
    if ((*at & 0x1fU) == 1 || (*at & 0x1fU) == 5) return at[2];
  }
}

inline Ticks greatest_dts_step(const std::vector<SeenFrame>& frames) {
  Ticks greatest = 0;
  for (std::size_t i = 1; i < frames.size(); ++i) {
    greatest = std::max(greatest, frames[i].dts - frames[i - 1].dts);
  }
  return greatest;
}

}  // namespace recovery::splice::test
