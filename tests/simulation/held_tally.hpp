#pragma once

#include <cstdint>

namespace simulation {

// How often each thing really happened to held streams.
struct HeldTally {
  std::uint64_t encoders = 0, encoder_ends = 0, encoder_stops = 0;
  std::uint64_t publishers = 0, publisher_ends = 0, publisher_stops = 0, asked_stops = 0;
  std::uint64_t idles = 0, long_idles = 0, reconnects = 0, times_behind = 0;
  std::uint64_t on_airs = 0, receivers_awaited = 0, escalations = 0, rejected = 0;
  std::uint64_t covers = 0;  // and ends of them
  std::uint64_t returns = 0, stream_stops = 0, reloads = 0, output_requests = 0;
};

}  // namespace simulation
