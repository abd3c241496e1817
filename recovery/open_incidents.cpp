#include "recovery/open_incidents.hpp"

#include <algorithm>

namespace recovery {

std::optional<Incident> OpenIncidents::open_off_air(const monitor::Verdict& verdict,
                                                    std::optional<Instant> last_good_at,
                                                    Instant launched_at, Instant now) {
  if (off_air() != nullptr) return std::nullopt;
  add(verdict, true, last_good_at.value_or(launched_at), now);
  open_.back().was_on_air = last_good_at.has_value();
  return open_.back();
}

// Two findings that are one and the same fault make one incident.
std::optional<Incident> OpenIncidents::open_warning(const monitor::Verdict& verdict,
                                                    const monitor::Fault& raised_by,
                                                    Instant last_good_at, Instant now) {
  const auto is_open = [&](const Incident& incident) {
    return !incident.off_air && incident.raised_on == raised_by.output &&
           (incident.raised_by == raised_by.cause || incident.cause == verdict.cause);
  };
  if (std::any_of(open_.begin(), open_.end(), is_open)) return std::nullopt;
  add(verdict, false, last_good_at, now);
  open_.back().raised_by = raised_by.cause;
  open_.back().raised_on = raised_by.output;
  return open_.back();
}

Incident OpenIncidents::add(const monitor::Verdict& verdict, bool off_air, Instant last_good_at,
                            Instant now) {
  Incident incident;
  incident.number = ++opened_;
  incident.off_air = off_air;
  incident.last_good_at = last_good_at;
  incident.detected_at = now;
  incident.cause = verdict.cause;
  incident.output = verdict.output;
  incident.evidence = verdict.evidence;
  open_.push_back(incident);
  return incident;
}

template <class IsOver>
std::vector<Incident> OpenIncidents::close(IsOver is_over, Instant now) {
  std::vector<Incident> closed;
  for (Incident& incident : open_) {
    if (!is_over(incident)) continue;
    incident.resolved_at = now;
    closed.push_back(incident);
  }
  std::erase_if(open_, is_over);
  return closed;
}

std::vector<Incident> OpenIncidents::close_off_air(Instant now) {
  return close([](const Incident& incident) { return incident.off_air; }, now);
}

std::vector<Incident> OpenIncidents::close_warnings(const std::vector<monitor::Fault>& upheld,
                                                    Instant now) {
  const auto is_over = [&](const Incident& incident) {
    return !incident.off_air &&
           std::none_of(upheld.begin(), upheld.end(), [&](const monitor::Fault& fault) {
             return fault.cause == incident.raised_by && fault.output == incident.raised_on;
           });
  };
  return close(is_over, now);
}

const Incident* OpenIncidents::note_action(const std::string& text) {
  Incident* const incident = off_air();
  if (incident == nullptr) return nullptr;
  auto& actions = incident->actions;
  // A wait that goes on for hours would push out how it began.
  if (!actions.empty() && actions.back() == text) return nullptr;
  if (actions.size() == Incident::actions_limit) actions.erase(actions.begin());
  actions.push_back(text);
  return incident;
}

Incident* OpenIncidents::off_air() {
  const auto found = std::find_if(open_.begin(), open_.end(),
                                  [](const Incident& incident) { return incident.off_air; });
  return found == open_.end() ? nullptr : &*found;
}

const Incident* OpenIncidents::note_cause(monitor::Cause cause) {
  Incident* const incident = off_air();
  if (incident == nullptr || incident->cause == cause) return nullptr;
  incident->cause = cause;
  return incident;
}

const Incident* OpenIncidents::note_evidence(const std::string& sentence) {
  Incident* const incident = off_air();
  if (incident == nullptr || incident->evidence.size() >= monitor::evidence_limit) return nullptr;
  auto& known = incident->evidence;
  if (std::find(known.begin(), known.end(), sentence) != known.end()) return nullptr;
  known.push_back(sentence);
  return incident;
}

}  // namespace recovery
