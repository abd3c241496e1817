#pragma once

#include <optional>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// How much of the time that is remembered the stream was on air: this life of the supervisor, and
// before it as far back as the incidents reach. Time between lives counts as off air only where an
// incident spans it: nobody watched.
struct Availability {
  recovery::WallTime since;
  double off_air_seconds = 0;
  std::optional<double> ratio;  // 0 to 1; empty when no time has passed
};
Availability availability_of(const StreamSnapshot& stream, const ClockReading& now);

}  // namespace http
