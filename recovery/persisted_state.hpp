#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "recovery/alert.hpp"
#include "recovery/incident.hpp"

namespace recovery {

// What of one stream outlives the process. A value: the journal writes it and reads it back; a new
// life's core, recorder and alert begin with it. Default: a stream that never ran.
struct PersistedState {
  unsigned attempts = 0;                  // of the restart budget, spent since last healthy
  unsigned source_retries = 0;            // probes that found no source, since last healthy
  bool stopped_as_asked = true;           // the last life ended because an operator asked for it
  std::optional<WallTime> launched_at;    // the last launch
  std::optional<Alert> alert;             // open, or its resolution not delivered to all yet
  bool escalated = false;                 // … and recovery has escalated
  std::vector<IncidentRecord> incidents;  // newest first; an open one has no resolved_at
};

}  // namespace recovery
