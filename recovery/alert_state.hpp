#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include "recovery/action.hpp"
#include "recovery/alert.hpp"

namespace recovery {

// The newest escalation of one stream as an alert, and how far its delivery is: firing or resolved,
// and delivered to all receivers as such or not. A value; it survives the process in the journal.
//
// Escalated → firing → (delivered) → resolved → (delivered): nothing is left to deliver.
class AlertState {
 public:
  // The message to deliver next.
  enum class Delivery : std::uint8_t {
    nothing,  // there was no escalation, or all receivers have its resolution
    firing,
    reminder,  // all receivers have it; those that forget need it again
    resolution
  };

  explicit AlertState(std::string stream) : stream_(std::move(stream)) {}

  // As an earlier life left it.
  void adopt(std::optional<Alert> alert) { alert_ = std::move(alert); }

  // A notice of the core at `wall`. What is to be delivered by that: firing, resolution or nothing.
  Delivery on(const Notice& notice, WallTime wall);

  // Its present state was delivered to all receivers, or dropped. True for the first such report.
  bool on_all_delivered();

  // What may not have been delivered, after a restart of the supervisor or a change of receivers.
  Delivery undelivered() const;
  // It need not outlive the process: there is none, or nothing is left to deliver.
  bool is_over() const { return !alert_ || (alert_->ends_at && alert_->delivered); }

  // Empty: there was none.
  const std::optional<Alert>& alert() const { return alert_; }

 private:
  void fire(const Escalated& escalated, WallTime wall);

  std::string stream_;
  std::optional<Alert> alert_;
};

}  // namespace recovery
