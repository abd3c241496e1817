#include "recovery/alert.hpp"

#include <chrono>

#include "recovery/action.hpp"

namespace recovery {

std::string id_of(const std::string& stream, WallTime time) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  return stream + "-" + std::to_string(since_epoch.count());
}

Alert alert_of(const std::string& stream, const Alerted& alerted, WallTime wall,
               const StreamServers& servers) {
  Alert alert;
  alert.id = id_of(stream, wall);
  alert.stream = stream;
  alert.cause = alerted.verdict.cause;
  alert.output = alerted.verdict.output;
  alert.servers = servers;
  alert.summary = stream + " is off air: " + alerted.reason;
  alert.evidence = alerted.verdict.evidence;
  alert.tried = alerted.actions;
  alert.starts_at = wall;
  return alert;
}

}  // namespace recovery
