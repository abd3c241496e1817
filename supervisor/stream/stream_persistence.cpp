// What of a stream outlives this run of the supervisor: alerts and the journal.

#include <algorithm>
#include <utility>

#include "supervisor/stream/stream_state.hpp"

namespace supervisor {

using recovery::PersistedState;
using recovery::WallTime;
using Delivery = recovery::AlertState::Delivery;

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
  }
  alert_.adopt(before.escalation);
  redeliver();
  core_.resume(resumed, now_);
  recorder_.adopt(before, wall_);
}

// What the receivers may not know: after a restart of the supervisor, or where they are others now.
void StreamDriver::State::redeliver() {
  const Delivery due = alert_.undelivered();
  if (due == Delivery::nothing) return;
  if (due == Delivery::firing) return context_.alerts.fire(*alert_.alert());
  context_.alerts.adopt(*alert_.alert());
  if (due == Delivery::resolution) context_.alerts.resolve(*alert_.alert());
}

void StreamDriver::State::on_all_delivered() {
  if (!alert_.on_all_delivered() || !context_.journal) return;
  wake_up([this] { context_.journal->note({config().name, persisted_state()}); });
}

void StreamDriver::State::dispatch_alerts(const recovery::Step& step) {
  for (const recovery::Notice& notice : step.notices) {
    const Delivery due = alert_.on(notice, wall_);
    if (due == Delivery::firing) context_.alerts.fire(*alert_.alert());
    if (due == Delivery::resolution) context_.alerts.resolve(*alert_.alert());
  }
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
  if (!alert_.is_over()) state.escalation = alert_.alert();
  return state;
}

PersistedState StreamDriver::State::past() const {
  PersistedState past = persisted_state();
  past.incidents = *recorder_.incidents();
  if (past.escalation && past.escalation->ends_at) past.escalation.reset();  // on its way
  return past;
}

}  // namespace supervisor
