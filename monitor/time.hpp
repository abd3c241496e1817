#pragma once

#include <chrono>

namespace monitor {

// The core's time. Only the type is borrowed from the steady clock: nothing in monitor/ (probes/
// aside) or recovery/ (alerts/ aside) reads a clock; every function that depends on time takes
// `now`.
using Instant = std::chrono::steady_clock::time_point;
using Duration = std::chrono::steady_clock::duration;

// As a deadline: nothing to wait for.
inline constexpr Instant never = Instant::max();

inline double seconds(Duration duration) {
  return std::chrono::duration<double>(duration).count();
}

}  // namespace monitor
