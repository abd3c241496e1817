// What of a stream outlives this run of the supervisor: the journal.

#include <algorithm>
#include <utility>

#include "supervisor/stream/stream_state.hpp"

namespace supervisor {

using recovery::PersistedState;
using recovery::WallTime;

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
  if (const auto& alert = before.alert; alert && !alert->ends_at) {
    resumed.alert = {
        .cause = alert->cause, .evidence = alert->evidence, .is_local = alert->is_local};
    resumed.escalated = before.escalated;
  }
  alert_.adopt(before.alert);
  core_.resume(resumed, now_);
  recorder_.adopt(before, wall_);
  watched_.begin(before, wall_);
}

void StreamDriver::State::note_in_journal(const recovery::Step& step) {
  std::vector<recovery::IncidentRecord> changed = recorder_.take_changed();
  if (!context_.journal) return;
  PersistedState present = persisted_state();
  if (!journal_notes_.take_note(step, present)) return;
  present.incidents = std::move(changed);
  present.unwatched = watched_.take_new();
  context_.journal->note({config().name, std::move(present)});
}

// Its delivery: the next life must not deliver it again.
void StreamDriver::State::note_alert_in_journal() {
  if (!context_.journal) return;
  wake_up([this] { context_.journal->note({config().name, persisted_state()}); });
}

PersistedState StreamDriver::State::persisted_state() const {
  PersistedState state = journal_notes_.state(core_.status(), now_, wall_);
  state.alert = alert_.unfinished();
  state.escalated = core_.status().escalated;
  state.watched_since = watched_.since();
  return state;
}

PersistedState StreamDriver::State::past() const {
  PersistedState past = persisted_state();
  const auto incidents = recorder_.incidents();
  past.incidents.assign(incidents->begin(), incidents->end());
  past.alive_at = wall_;
  past.unwatched = watched_.unwatched();
  if (past.alert && past.alert->ends_at) past.alert.reset();  // on its way
  return past;
}

}  // namespace supervisor
