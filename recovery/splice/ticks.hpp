#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

#include "monitor/time.hpp"

namespace recovery::splice {

using monitor::Duration;
using monitor::Instant;

// Media time: 90 kHz as in PTS and DTS, but not cut to their 33 bits.
using Ticks = std::int64_t;

inline constexpr Ticks ticks_per_second = 90'000;
inline constexpr Ticks ticks_per_wrap = Ticks{1} << 33U;  // of PTS, DTS and PCR: 26.5 hours

constexpr Ticks to_ticks(Duration duration) {
  using In90kHz = std::chrono::duration<Ticks, std::ratio<1, ticks_per_second>>;
  return std::chrono::duration_cast<In90kHz>(duration).count();
}

constexpr Duration to_duration(Ticks ticks) {
  using In90kHz = std::chrono::duration<Ticks, std::ratio<1, ticks_per_second>>;
  return std::chrono::duration_cast<Duration>(In90kHz(ticks));
}

constexpr std::uint64_t wrapped(Ticks ticks) {
  return static_cast<std::uint64_t>(ticks) & static_cast<std::uint64_t>(ticks_per_wrap - 1);
}

// Of all times that the 33 bits may stand for, the one nearest to `near`.
constexpr Ticks unwrapped(std::uint64_t stamp, Ticks near) {
  const Ticks ahead = static_cast<Ticks>(wrapped(static_cast<Ticks>(stamp) - near));
  return near + (ahead < ticks_per_wrap / 2 ? ahead : ahead - ticks_per_wrap);
}

}  // namespace recovery::splice
