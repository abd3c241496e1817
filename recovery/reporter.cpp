#include "recovery/reporter.hpp"

#include <algorithm>

#include "monitor/text/sentence.hpp"

namespace recovery {

std::string reason_of(const monitor::Verdict& verdict) {
  return verdict.evidence.empty() ? std::string(name(verdict.cause)) : verdict.evidence.front();
}

namespace {

IncidentChanged change_of(const Incident& incident) {
  return {incident.number, incident.actions, incident.cause, incident.evidence};
}

std::string last_on_air(const Incident& incident, Instant now) {
  return monitor::sentence("It was on air until %.0f s before the alert. What ended that: ",
                           monitor::seconds(now - incident.last_good_at)) +
         std::string(name(incident.cause)) + '.';
}

// How the outage began, then the latest attempt to end it: the attempt alone reads as if the stream
// never had worked.
std::vector<std::string> evidence_of_outage(const Incident& incident,
                                            const monitor::Verdict& latest, Instant now) {
  constexpr std::size_t most_of_attempt = 4;
  std::vector<std::string> evidence;
  if (incident.was_on_air) evidence.push_back(last_on_air(incident, now));
  const auto& first = incident.evidence;
  const bool is_same =
      first.empty() || std::ranges::find(latest.evidence, first.front()) != latest.evidence.end();
  const auto& begin = is_same ? latest.evidence : first;
  evidence.insert(evidence.end(), begin.begin(), begin.end());
  if (is_same) return evidence;
  const std::size_t count = std::min(most_of_attempt, latest.evidence.size());
  for (std::size_t i = 0; i < count; ++i)
    evidence.push_back("The latest attempt: " + latest.evidence[i]);
  return evidence;
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

void Reporter::escalate(const monitor::Verdict& verdict, std::string reason, unsigned tried,
                        Instant now) {
  if (std::exchange(escalated_, true)) return;
  const bool is_known = std::exchange(alerted_, true);
  // One outage, one alert: a second decision to alert would have no delivery of its own.
  decide(is_known ? DecisionKind::none : DecisionKind::escalate_alert, reason);
  notify(Escalated{verdict, reason, tried});
  if (!is_known) notify_alerted(verdict, std::move(reason), now);
}

void Reporter::alert(const monitor::Verdict& verdict, std::string reason, Instant now) {
  if (std::exchange(alerted_, true)) return;
  decide(DecisionKind::escalate_alert, reason);
  notify_alerted(verdict, std::move(reason), now);
}

void Reporter::notify_alerted(const monitor::Verdict& verdict, std::string reason, Instant now) {
  Alerted alerted{verdict, std::move(reason)};
  if (const Incident* incident = incidents_.off_air()) {
    alerted.actions = incident->actions;
    alerted.verdict.evidence = evidence_of_outage(*incident, verdict, now);
  }
  notify(std::move(alerted));
}

void Reporter::resolve(const AlertResolved& how) {
  if (std::exchange(escalated_, false)) notify(EscalationResolved{});
  if (std::exchange(alerted_, false)) notify(how);
}

void Reporter::resume(bool alerted, bool escalated) {
  alerted_ = alerted || escalated;
  escalated_ = escalated;
}

void Reporter::open_off_air(const monitor::Verdict& verdict, std::optional<Instant> last_good_at,
                            Instant launched_at, Instant now) {
  if (auto incident = incidents_.open_off_air(verdict, last_good_at, launched_at, now)) {
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
