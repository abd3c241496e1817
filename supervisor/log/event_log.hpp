#pragma once

#include <string>

#include "recovery/action.hpp"
#include "recovery/anomaly_watch.hpp"
#include "recovery/event.hpp"
#include "recovery/status.hpp"
#include "supervisor/log/log.hpp"

namespace supervisor {

// The observer that writes the log: tells (event, step, status) of one stream in the contract's
// events.
class EventLog {
 public:
  EventLog(Log& log, std::string stream) : log_(log), stream_(std::move(stream)) {}

  void record(const recovery::Event& event, const recovery::Step& step,
              const recovery::Status& status);
  void record(const recovery::AnomalyChange& change);

 private:
  void tell(const recovery::Launched& event);
  void tell(const recovery::LaunchFailed& event);
  void tell(const recovery::Exited& event);
  template <class Other>
  void tell(const Other&) {}

  void say(const recovery::CameOnAir& notice);
  void say(const recovery::WentOffAir& notice);
  void say(const recovery::FaultDetected& notice);
  void say(const recovery::IncidentOpened& notice);
  void say(const recovery::IncidentClosed& notice);
  void say(const recovery::Decided& notice);
  void say(const recovery::Escalated& notice);
  void say(const recovery::EscalationResolved& notice);
  void say(const recovery::SourceChanged& notice);
  void say(const recovery::FallbackOnAir& notice);
  void say(const recovery::FallbackFailed& notice);
  void say(const recovery::Unkillable& notice);
  // `track_changed` and `recovery_decision` tell of these.
  void say(const recovery::IncidentChanged&) {}
  void say(const recovery::TrackSwitchBegun&) {}
  void say(const recovery::RestartedOnPurpose&) {}

  Log& log_;
  std::string stream_;
};

}  // namespace supervisor
