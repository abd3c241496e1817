#include "recovery/alert.hpp"

#include <chrono>

#include "recovery/action.hpp"

namespace recovery {

std::string id_of(const std::string& stream, WallTime time) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  return stream + "-" + std::to_string(since_epoch.count());
}

Alert alert_of(const std::string& stream, const Escalated& escalated, WallTime wall) {
  Alert alert;
  alert.id = id_of(stream, wall);
  alert.stream = stream;
  alert.cause = escalated.verdict.cause;
  alert.output = escalated.verdict.output;
  alert.summary = stream + " is off air: " + escalated.reason;
  alert.evidence = escalated.verdict.evidence;
  alert.tried = escalated.actions;
  alert.starts_at = wall;
  return alert;
}

}  // namespace recovery
