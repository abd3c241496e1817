#include "recovery/reporter.hpp"

namespace recovery {

std::string reason_of(const monitor::Verdict& verdict) {
  return verdict.evidence.empty() ? std::string(name(verdict.cause)) : verdict.evidence.front();
}

namespace {

IncidentChanged change_of(const Incident& incident) {
  return {incident.number, incident.actions, incident.cause, incident.evidence};
}

}  // namespace

void Reporter::decide(DecisionKind kind, std::string reason, Duration delay, unsigned attempt) {
  decide({kind, std::move(reason), delay, attempt});
}

void Reporter::decide(Decided decided) {
  const Incident* changed =
      incidents_.note_action(std::string(name(decided.kind)) + ": " + decided.reason);
  notify(std::move(decided));
  if (changed != nullptr) notify(change_of(*changed));
}

void Reporter::add_evidence(const std::string& sentence) {
  if (const Incident* changed = incidents_.note_evidence(sentence)) notify(change_of(*changed));
}

void Reporter::note_cause(monitor::Cause cause) {
  if (const Incident* changed = incidents_.note_cause(cause)) notify(change_of(*changed));
}

void Reporter::escalate(const monitor::Verdict& verdict, std::string reason, unsigned tried) {
  if (std::exchange(escalated_, true)) return;
  const bool is_known = std::exchange(alerted_, true);
  // One outage, one alert: a second decision to alert would have no delivery of its own.
  decide(is_known ? DecisionKind::none : DecisionKind::escalate_alert, reason);
  notify(Escalated{verdict, reason, tried});
  if (!is_known) notify_alerted(verdict, std::move(reason));
}

void Reporter::alert(const monitor::Verdict& verdict, std::string reason) {
  if (std::exchange(alerted_, true)) return;
  decide(DecisionKind::escalate_alert, reason);
  notify_alerted(verdict, std::move(reason));
}

void Reporter::notify_alerted(const monitor::Verdict& verdict, std::string reason) {
  const Incident* incident = incidents_.off_air();
  std::vector<std::string> actions;
  if (incident != nullptr) actions = incident->actions;
  notify(Alerted{verdict, std::move(reason), std::move(actions)});
}

void Reporter::resolve(const AlertResolved& how) {
  if (std::exchange(escalated_, false)) notify(EscalationResolved{});
  if (std::exchange(alerted_, false)) notify(how);
}

void Reporter::resume(bool alerted, bool escalated) {
  alerted_ = alerted || escalated;
  escalated_ = escalated;
}

void Reporter::open_off_air(const monitor::Verdict& verdict, Instant last_good_at, Instant now) {
  if (auto incident = incidents_.open_off_air(verdict, last_good_at, now)) {
    notify(IncidentOpened{std::move(*incident)});
  }
}

void Reporter::close_off_air(Instant now) {
  notify_closed(incidents_.close_off_air(now));
}

void Reporter::warn(const monitor::Fault& fault, const monitor::Verdict& verdict,
                    Instant last_good_at, Instant now) {
  auto incident = incidents_.open_warning(verdict, fault, last_good_at, now);
  if (!incident) return;
  notify(FaultDetected{fault, Duration::zero()});
  notify(IncidentOpened{std::move(*incident)});
}

void Reporter::close_warnings(const std::vector<monitor::Fault>& upheld, Instant now) {
  notify_closed(incidents_.close_warnings(upheld, now));
}

void Reporter::notify_closed(std::vector<Incident> closed) {
  for (Incident& incident : closed) notify(IncidentClosed{std::move(incident)});
}

}  // namespace recovery
