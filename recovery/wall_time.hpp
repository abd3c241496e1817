#pragma once

#include <chrono>

namespace recovery {

// For display and for what outlives the process. No decision depends on it, but for how long the
// process was away.
using WallTime = std::chrono::system_clock::time_point;

}  // namespace recovery
