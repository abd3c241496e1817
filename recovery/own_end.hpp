#pragma once

#include <optional>

#include "monitor/evidence.hpp"
#include "recovery/policy.hpp"

namespace recovery {

// When a command ends by itself as it was meant to, by its own words.
struct OwnEnd {
  // Its exit 0 is meant once it has put out so much: zero where its inputs are files.
  std::optional<Duration> after_output;
  // A wrapper ends it after so long, with whatever status.
  std::optional<Duration> after_life;

  bool operator==(const OwnEnd&) const = default;
};

// The life that has ended by `evidence.exit` at `now` had come to its own end.
bool is_own_end(const OwnEnd& end, const monitor::Evidence& evidence, Instant now);

// From one launch to the next of a command that comes to its own end: it must not spin.
inline constexpr Duration between_own_ends = 3s;

}  // namespace recovery
