#pragma once

#include <chrono>
#include <cstddef>

#include "monitor/time.hpp"

namespace recovery::splice {

// What may wait for an output, whichever is less: at 128 kbit/s 8 MiB are nine minutes of stale
// sound, at 8 Mbit/s 10 s are 10 MB.
struct QueueLimits {
  std::size_t bytes = 8 << 20;
  monitor::Duration span = std::chrono::seconds(10);

  bool operator==(const QueueLimits&) const = default;
};

}  // namespace recovery::splice
