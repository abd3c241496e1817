#pragma once

#include <chrono>

namespace recovery {

// For people and for what outlives the process. Nothing is decided by it but how long the process
// was away.
using WallTime = std::chrono::system_clock::time_point;

}  // namespace recovery
