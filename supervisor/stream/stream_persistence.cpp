// What of a stream goes on beyond this life of the supervisor: alerts and the journal.

#include <algorithm>
#include <utility>

#include "supervisor/stream/stream_state.hpp"

namespace supervisor {

using recovery::PersistedState;
using recovery::WallTime;

namespace {

template <class Notice>
bool holds(const recovery::Step& step) {
  return std::any_of(step.notices.begin(), step.notices.end(), [](const recovery::Notice& notice) {
    return std::holds_alternative<Notice>(notice);
  });
}

bool launches_primary(const recovery::Step& step) {
  return std::any_of(step.actions.begin(), step.actions.end(), [](const recovery::Action& action) {
    const auto* launch = std::get_if<recovery::Launch>(&action);
    return launch && launch->role == recovery::Role::primary;
  });
}

// What a crash must not make forgotten.
bool is_worth_noting(const recovery::Step& step) {
  const bool ends = std::any_of(
      step.actions.begin(), step.actions.end(),
      [](const recovery::Action& action) { return std::holds_alternative<recovery::End>(action); });
  return ends || holds<recovery::Decided>(step) || holds<recovery::IncidentOpened>(step) ||
         holds<recovery::IncidentClosed>(step) || holds<recovery::Escalated>(step) ||
         holds<recovery::EscalationResolved>(step);
}

}  // namespace

void StreamDriver::State::resume() {
  const PersistedState& before = context.before;
  recovery::StreamCore::Resumed resumed;
  resumed.attempts = before.attempts;
  resumed.source_retries = before.source_retries;
  resumed.stopped_as_asked = before.stopped_as_asked;
  if (before.launched_at) {
    // A clock that was set back must not make the wait longer than it can be.
    resumed.launched_ago = std::max(WallTime::duration::zero(), wall - *before.launched_at);
  }
  if (const auto& alert = before.escalation) {
    if (!alert->ends_at) resumed.escalation = {alert->cause, alert->evidence};
    redeliver(*alert);
  }
  core.resume(resumed, now);
  recorder.adopt(before, wall);
}

// What the earlier life may not have come to tell.
void StreamDriver::State::redeliver(const recovery::Alert& alert) {
  if (alert.told || alert.ends_at) {
    context.alerts.adopt(alert);
  } else {
    context.alerts.fire(alert);
  }
  if (alert.ends_at) context.alerts.resolve(alert);
}

void StreamDriver::State::on_all_delivered() {
  if (!recorder.on_all_delivered() || !context.journal) return;
  begin();
  context.journal->note({config.name, persisted_state()});
}

void StreamDriver::State::dispatch_alerts(const recovery::Step& step) {
  if (!recorder.alert()) return;
  if (holds<recovery::Escalated>(step)) context.alerts.fire(*recorder.alert());
  if (holds<recovery::EscalationResolved>(step)) context.alerts.resolve(*recorder.alert());
}

// A launch that came later than it was due, because something had to be stopped for it or the
// machine slept, is written when it happens; one in time was written when it was decided.
bool StreamDriver::State::is_noted(const std::optional<WallTime>& launch) const {
  using namespace std::chrono_literals;
  return launch && noted_launch && std::chrono::abs(*launch - *noted_launch) <= 1s;
}

void StreamDriver::State::note_in_journal(const recovery::Step& step) {
  std::vector<recovery::IncidentRecord> changed = recorder.take_changed();
  if (!context.journal) return;
  const Noted present{core.status().attempts, core.status().source_retries};
  PersistedState past = persisted_state();
  const bool worth = is_worth_noting(step) || noted != present ||
                     (launches_primary(step) && !is_noted(past.launched_at));
  if (!worth) return;
  noted = present;
  noted_launch = past.launched_at;
  past.incidents = std::move(changed);
  context.journal->note({config.name, std::move(past)});
}

PersistedState StreamDriver::State::persisted_state() const {
  const recovery::Status& status = core.status();
  PersistedState past;
  past.attempts = status.attempts;
  past.source_retries = status.source_retries;
  past.stopped_as_asked = status.state == recovery::State::stopped && !status.failed;
  past.launched_at = primary_launched_at;
  // The launch that is due soon counts as done: it need not be written again when it happens.
  if (status.next_launch_at) {
    past.launched_at =
        wall + std::chrono::duration_cast<WallTime::duration>(*status.next_launch_at - now);
  }
  const auto& alert = recorder.alert();
  if (alert && !(alert->ends_at && alert->told)) past.escalation = alert;
  return past;
}

}  // namespace supervisor
