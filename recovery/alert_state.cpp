#include "recovery/alert_state.hpp"

#include <chrono>
#include <utility>

namespace recovery {

std::string id_of(const std::string& stream, WallTime time) {
  const auto since_epoch =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
  return stream + "-" + std::to_string(since_epoch.count());
}

AlertState::Delivery AlertState::on(const Notice& notice, WallTime wall) {
  if (const auto* escalated = std::get_if<Escalated>(&notice)) {
    fire(*escalated, wall);
    return Delivery::firing;
  }
  if (!std::holds_alternative<EscalationResolved>(notice) || !alert_) return Delivery::nothing;
  alert_->ends_at = wall;
  alert_->delivered = false;
  return Delivery::resolution;
}

void AlertState::fire(const Escalated& escalated, WallTime wall) {
  alert_.emplace();
  alert_->id = id_of(stream_, wall);
  alert_->stream = stream_;
  alert_->cause = escalated.verdict.cause;
  alert_->summary = stream_ + " is off air: " + escalated.reason;
  alert_->evidence = escalated.verdict.evidence;
  alert_->tried = escalated.actions;
  alert_->starts_at = wall;
}

bool AlertState::on_all_delivered() {
  return alert_ && !std::exchange(alert_->delivered, true);
}

AlertState::Delivery AlertState::undelivered() const {
  if (is_over()) return Delivery::nothing;
  if (alert_->ends_at) return Delivery::resolution;
  return alert_->delivered ? Delivery::reminder : Delivery::firing;
}

}  // namespace recovery
