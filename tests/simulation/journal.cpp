#include "tests/simulation/journal.hpp"

#include <algorithm>
#include <variant>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

namespace {

bool is_worth_noting(const Notice& notice) {
  return std::holds_alternative<Decided>(notice) ||
         std::holds_alternative<IncidentOpened>(notice) ||
         std::holds_alternative<IncidentClosed>(notice) ||
         std::holds_alternative<Escalated>(notice) ||
         std::holds_alternative<EscalationResolved>(notice) ||
         std::holds_alternative<Alerted>(notice) || std::holds_alternative<AlertResolved>(notice);
}

}  // namespace

bool Journal::would_note(const Step& step, const Status& status, Instant now) const {
  const auto is_told = [&](const Action& action) {
    const auto* launch = std::get_if<Launch>(&action);
    const bool is_known = record_.launched_at && now - *record_.launched_at < 1s;
    return std::holds_alternative<End>(action) ||
           (launch && launch->role == Role::primary && !is_known);
  };
  return std::any_of(step.actions.begin(), step.actions.end(), is_told) ||
         status.attempts != record_.attempts || status.source_retries != record_.source_retries ||
         std::any_of(step.notices.begin(), step.notices.end(), is_worth_noting);
}

void Journal::note(const Status& status, std::optional<Instant> launched_at,
                   const std::optional<Alert>& alert) {
  record_.attempts = status.attempts;
  record_.source_retries = status.source_retries;
  record_.stopped_as_asked = status.state == State::stopped && !status.failed;
  record_.launched_at = status.next_launch_at ? status.next_launch_at : launched_at;
  record_.alert = alert;
  record_.escalated = status.escalated;
}

StreamCore::Resumed Journal::resumed(Instant now) const {
  StreamCore::Resumed past;
  past.attempts = record_.attempts;
  past.source_retries = record_.source_retries;
  past.stopped_as_asked = record_.stopped_as_asked;
  if (record_.launched_at) {
    past.launched_ago = std::max(Duration::zero(), now - *record_.launched_at);
  }
  if (record_.alert) {
    past.alert = monitor::Verdict{record_.alert->cause, record_.alert->evidence};
    past.escalated = record_.escalated;
  }
  return past;
}

}  // namespace simulation
