#pragma once

#include <string>

#include "recovery/action.hpp"
#include "recovery/anomaly_watch.hpp"
#include "recovery/event.hpp"
#include "recovery/status.hpp"
#include "supervisor/log/log.hpp"

namespace supervisor {

// The observer that writes the log: reports (event, step, status) of one stream as the contract's
// events.
class EventLog {
 public:
  // `output`: of the publisher whose events they are; `role`: of another child beside the encoder.
  // Both empty: they are the stream's own.
  EventLog(Log& log, std::string stream, std::string output = {}, std::string role = {})
      : log_(log), stream_(std::move(stream)), output_(std::move(output)), role_(std::move(role)) {}

  void record(const recovery::Event& event, const recovery::Step& step,
              const recovery::Status& status);
  void record(const recovery::AnomalyChange& change);

 private:
  void log(const recovery::Launched& event);
  void log(const recovery::LaunchFailed& event);
  void log(const recovery::Exited& event);
  void log(const recovery::Observed& event);
  template <class Other>
  void log(const Other&) {}

  void log_notice(const recovery::CameOnAir& notice);
  void log_notice(const recovery::WentOffAir& notice);
  void log_notice(const recovery::FaultDetected& notice);
  void log_notice(const recovery::IncidentOpened& notice);
  void log_notice(const recovery::IncidentClosed& notice);
  void log_notice(const recovery::Decided& notice);
  void log_notice(const recovery::Escalated& notice);
  void log_notice(const recovery::EscalationResolved& notice);
  void log_notice(const recovery::SourceChanged& notice);
  void log_notice(const recovery::FallbackOnAir& notice);
  void log_notice(const recovery::FallbackFailed& notice);
  void log_notice(const recovery::Unkillable& notice);
  void log_notice(const recovery::CoverBegan& notice);
  void log_notice(const recovery::CoverEnded& notice);
  // `track_changed`, `recovery_decision` and `alert_sent` report these.
  void log_notice(const recovery::Alerted&) {}
  void log_notice(const recovery::AlertResolved&) {}
  void log_notice(const recovery::IncidentChanged&) {}
  void log_notice(const recovery::TrackSwitchBegun&) {}
  void log_notice(const recovery::RestartedOnPurpose&) {}

  LogSubject subject() const { return {stream_, output_, role_}; }

  Log& log_;
  std::string stream_, output_, role_;
  bool statistics_are_unreadable_ = false;  // told, once
};

}  // namespace supervisor
