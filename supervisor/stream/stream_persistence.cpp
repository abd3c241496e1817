// What of a stream outlives this run of the supervisor: alerts and the journal.

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

}  // namespace

void StreamDriver::State::resume() {
  const PersistedState& before = context_.before;
  recovery::StreamCore::Resumed resumed;
  resumed.attempts = before.attempts;
  resumed.source_retries = before.source_retries;
  resumed.stopped_as_asked = before.stopped_as_asked;
  if (before.launched_at) {
    // A clock that was set back must not make the wait longer than it can be.
    resumed.launched_ago = std::max(WallTime::duration::zero(), wall_ - *before.launched_at);
  }
  if (const auto& alert = before.escalation) {
    if (!alert->ends_at) resumed.escalation = {alert->cause, alert->evidence};
    deliver_again(*alert);
  }
  core_.resume(resumed, now_);
  recorder_.adopt(before, wall_);
}

// What the earlier run may not have come to deliver.
void StreamDriver::State::deliver_again(const recovery::Alert& alert) {
  if (alert.told || alert.ends_at) {
    context_.alerts.adopt(alert);
  } else {
    context_.alerts.fire(alert);
  }
  if (alert.ends_at) context_.alerts.resolve(alert);
}

void StreamDriver::State::redeliver() {
  const auto& alert = recorder_.alert();
  if (alert && !(alert->ends_at && alert->told)) deliver_again(*alert);
}

void StreamDriver::State::on_all_delivered() {
  if (!recorder_.on_all_delivered() || !context_.journal) return;
  wake_up([this] { context_.journal->note({config().name, persisted_state()}); });
}

void StreamDriver::State::dispatch_alerts(const recovery::Step& step) {
  if (!recorder_.alert()) return;
  if (holds<recovery::Escalated>(step)) context_.alerts.fire(*recorder_.alert());
  if (holds<recovery::EscalationResolved>(step)) context_.alerts.resolve(*recorder_.alert());
}

void StreamDriver::State::note_in_journal(const recovery::Step& step) {
  std::vector<recovery::IncidentRecord> changed = recorder_.take_changed();
  if (!context_.journal) return;
  PersistedState present = persisted_state();
  if (!journal_notes_.take_note(step, present)) return;
  present.incidents = std::move(changed);
  context_.journal->note({config().name, std::move(present)});
}

PersistedState StreamDriver::State::persisted_state() const {
  PersistedState state = journal_notes_.state(core_.status(), now_, wall_);
  const auto& alert = recorder_.alert();
  if (alert && !(alert->ends_at && alert->told)) state.escalation = alert;
  return state;
}

PersistedState StreamDriver::State::past() const {
  PersistedState past = persisted_state();
  past.incidents = *recorder_.incidents();
  if (past.escalation && past.escalation->ends_at) past.escalation.reset();  // on its way
  return past;
}

}  // namespace supervisor
