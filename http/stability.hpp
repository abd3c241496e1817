#pragma once

#include <optional>
#include <string>
#include <vector>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// What takes the green from a stream that is on air. Pure.

// The output of FFmpeg stands still, and the freeze is not certain yet.
struct NoProgress {
  double for_seconds = 0;
  double frozen_at_seconds = 0;  // then it is a fault
};
std::optional<NoProgress> no_progress(const StreamSnapshot& stream, const ClockReading& now);

// It was restored, and has not been on air for a whole cooldown since; or it comes and goes, as one
// whose command comes to its own end again and again does between two of them, too.
struct Unstable {
  unsigned restarts = 0;  // since it was last stable
  unsigned outages = 0;   // in the last ten minutes, where it comes and goes
  unsigned own_ends = 0;  // of the command, in the last ten minutes; 0 where they are few
  double stable_in_seconds = 0;
};
std::optional<Unstable> unstable(const StreamSnapshot& stream, const ClockReading& now);

// Both as sentences, the gravest first.
std::vector<std::string> doubts(const StreamSnapshot& stream, const ClockReading& now);

// Since when something is wrong: the start of the open incident. Empty: nothing is.
std::optional<recovery::WallTime> fault_since(const StreamSnapshot& stream);

}  // namespace http
