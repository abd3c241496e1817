#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "recovery/wall_time.hpp"

namespace recovery {

struct Escalated;

// One escalation of one stream, as it is delivered: fires once, is resolved once. A value; secrets
// already masked in every string.
struct Alert {
  std::string id;  // "radio-1763925600123": stream, ms of the escalation; the same when resolved
  std::string stream;
  monitor::Cause cause{};
  std::string output = {};            // where the cause is the sink's: which, where that is known
  std::string summary;                // one sentence: "radio is off air: …"
  std::vector<std::string> evidence;  // the verdict's sentences
  std::vector<std::string> tried;     // what was done about it, oldest first
  WallTime starts_at{};
  std::optional<WallTime> ends_at;  // resolved
  // Its present state, firing or resolved, was delivered to all receivers, or dropped. Not part of
  // the message: the next life of the supervisor must know whether to deliver it.
  bool delivered = false;

  // Nothing is left to deliver: all receivers have its resolution, or gave up.
  bool is_over() const { return ends_at && delivered; }
};

// What an escalation of `stream` at `wall` fires.
Alert alert_of(const std::string& stream, const Escalated& escalated, WallTime wall);

// "radio-1763925600123"
std::string id_of(const std::string& stream, WallTime time);

}  // namespace recovery
