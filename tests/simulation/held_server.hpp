#pragma once

#include "tests/simulation/endpoint.hpp"

namespace simulation {

// The server of one held output: there or not, and since when.
struct HeldServer {
  Endpoint endpoint;
  std::uint64_t losses = 0;  // of all its connections: one that is older is gone
  Instant changes_at{};
  Instant well_since{};

  bool is_up() const { return endpoint.up; }
  bool hangs() const { return !endpoint.up && endpoint.absence == Absence::hangs; }

  void change(Instant now, Dice& dice) {
    changes_at = now + endpoint.change(dice);
    well_since = now;
    if (!endpoint.up && !hangs()) ++losses;
  }
};

}  // namespace simulation
