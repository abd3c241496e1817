#pragma once

#include <optional>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// How much of the recorded time the stream was on air: this run of the supervisor, and before it as
// far back as the journal reaches. Time without a supervisor counts as off air, as in
// etc/prometheus/recording_rules.yml: FFmpeg does not outlive it. Pure.
struct Availability {
  recovery::WallTime since;
  double off_air_seconds = 0;    // the unwatched ones included
  double unwatched_seconds = 0;  // without a supervisor
  std::optional<double> ratio;   // 0 to 1; empty when no time has passed
};
Availability availability_of(const StreamSnapshot& stream, const ClockReading& now);

}  // namespace http
