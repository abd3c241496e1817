#pragma once

#include <chrono>
#include <string>

#include "monitor/time.hpp"
#include "recovery/stream_recorder.hpp"

namespace http {

// One reading of both clocks; taken once per answer.
struct ClockReading {
  monitor::Instant steady;
  recovery::WallTime wall;

  static ClockReading now() {
    return {std::chrono::steady_clock::now(), std::chrono::system_clock::now()};
  }
};

// "Wed, 05 Nov 2025 10:00:00 GMT", as the Date header wants it.
std::string http_date(recovery::WallTime time);
// What the calendar said so long ago.
recovery::WallTime wall_of(monitor::Duration ago, const ClockReading& now);
// Seconds since 1970.
double unix_seconds(recovery::WallTime time);
// From then to now, never below 0.
double seconds_since(monitor::Instant then, monitor::Instant now);

}  // namespace http
