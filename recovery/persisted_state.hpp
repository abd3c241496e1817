#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "recovery/alert.hpp"
#include "recovery/incident.hpp"

namespace recovery {

// A time in which no supervisor ran.
struct UnwatchedSpan {
  WallTime from{};
  WallTime until{};

  bool operator==(const UnwatchedSpan&) const = default;
};
inline constexpr std::size_t unwatched_limit = 200;  // of a stream; the oldest are forgotten

// What of one stream outlives the process. A value: the journal writes it and reads it back; a new
// life's core, recorder and alert begin with it. Default: a stream that never ran.
struct PersistedState {
  unsigned attempts = 0;                  // of the restart budget, spent since last healthy
  unsigned source_retries = 0;            // probes that found no source, since last healthy
  bool stopped_as_asked = true;           // the last life ended because an operator asked for it
  std::optional<WallTime> launched_at;    // the last launch
  std::optional<Alert> alert;             // open, or its resolution not delivered to all yet
  bool escalated = false;                 // … and recovery has escalated
  std::optional<WallTime> watched_since;  // the first life of which anything is known began
  std::optional<WallTime> alive_at;       // the last sign of the life before
  std::vector<UnwatchedSpan> unwatched;   // since then, newest first
  std::vector<IncidentRecord> incidents;  // newest first; an open one has no resolved_at
};

}  // namespace recovery
