#pragma once

#include <chrono>
#include <string>

namespace recovery {

// For display and for what outlives the process. Decides nothing but how long the process was away.
using WallTime = std::chrono::system_clock::time_point;

// "2025-11-05T10:00:00.123Z"
std::string rfc3339(WallTime time);

}  // namespace recovery
