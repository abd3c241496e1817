#pragma once

#include <cstdint>

namespace simulation {

// How often each thing really happened: a rule about what never happens holds for nothing.
struct Tally {
  std::uint64_t launches = 0, faults = 0, ticks = 0, ends = 0;
  std::uint64_t waits = 0, source_looks = 0, sink_looks = 0, overtaken_answers = 0;
  std::uint64_t source_returns = 0, sink_returns = 0, vain_returns = 0, always_there = 0,
                trials = 0;
  std::uint64_t retries = 0, names_in_use = 0, settled = 0;
  std::uint64_t fallbacks = 0, fallbacks_on_air = 0, fallbacks_failed = 0, fallbacks_wrong = 0,
                yields = 0;
  std::uint64_t track_changes = 0, track_restarts = 0, planned_restarts = 0, planned_at_tracks = 0;
  std::uint64_t escalations = 0, escalations_by_source = 0, resolutions = 0,
                alerts_of_long_outages = 0, resolutions_of_earlier_life = 0, given_up = 0;
  std::uint64_t lives = 0, crashes = 0, torn_journals = 0, resumed_crashes = 0,
                escalated_by_crashes = 0, shutdowns = 0;
};

}  // namespace simulation
