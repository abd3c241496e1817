#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "recovery/wall_time.hpp"

namespace recovery {

// One escalation of one stream, as told to people: fires once, is resolved once. A value; secrets
// already masked in every string.
struct Alert {
  std::string id;  // "radio-1763925600123": stream, ms of the escalation; the same when resolved
  std::string stream;
  monitor::Cause cause{};
  std::string summary;                // one sentence: "radio is off air: …"
  std::vector<std::string> evidence;  // the verdict's sentences
  std::vector<std::string> tried;     // what was done about it, oldest first
  WallTime starts_at{};
  std::optional<WallTime> ends_at;  // resolved
  // Everybody has been told of what it is now, firing or resolved, or was given up. Not part of
  // what is told: the next life of the supervisor must know whether it has to.
  bool told = false;
};

}  // namespace recovery
