#include "supervisor/stream/journal_notes.hpp"

#include <algorithm>
#include <chrono>
#include <utility>
#include <variant>

namespace supervisor {

using recovery::PersistedState;
using recovery::WallTime;
using namespace std::chrono_literals;

namespace {

bool ends(const recovery::Step& step) {
  return std::any_of(step.actions.begin(), step.actions.end(), [](const recovery::Action& action) {
    return std::holds_alternative<recovery::End>(action);
  });
}

template <class... Notices>
bool has_one_of(const recovery::Step& step) {
  return std::any_of(step.notices.begin(), step.notices.end(), [](const recovery::Notice& notice) {
    return (std::holds_alternative<Notices>(notice) || ...);
  });
}

// What a crash must not make forgotten.
bool is_worth_noting(const recovery::Step& step) {
  return ends(step) ||
         has_one_of<recovery::Decided, recovery::IncidentOpened, recovery::IncidentClosed,
                    recovery::Escalated, recovery::EscalationResolved, recovery::Alerted,
                    recovery::AlertResolved>(step);
}

}  // namespace

PersistedState JournalNotes::state(const recovery::Status& status, monitor::Instant now,
                                   WallTime wall) const {
  PersistedState state;
  state.attempts = status.attempts;
  state.source_retries = status.source_retries;
  state.stopped_as_asked = status.state == recovery::State::stopped && !status.failed;
  state.launched_at = launched_at_;
  // The launch that is due soon counts as done: it need not be written again when it happens.
  if (status.next_launch_at) {
    state.launched_at =
        wall + std::chrono::duration_cast<WallTime::duration>(*status.next_launch_at - now);
  }
  return state;
}

void JournalNotes::on_launch(WallTime wall) {
  launched_before_ = std::exchange(launched_at_, wall);
  launch_is_new_ = true;
}

// A launch that came later than it was due, because something had to be stopped for it or the
// machine slept, is written when it happens; one in time was written when it was decided.
bool JournalNotes::is_noted(const std::optional<WallTime>& launch) const {
  return launch && launch_ && std::chrono::abs(*launch - *launch_) <= 1s;
}

bool JournalNotes::take_note(const recovery::Step& step, const PersistedState& present) {
  const bool is_spent = attempts_ != present.attempts || source_retries_ != present.source_retries;
  const bool is_new_launch = std::exchange(launch_is_new_, false) && !is_noted(present.launched_at);
  if (!is_worth_noting(step) && !is_spent && !is_new_launch) return false;
  attempts_ = present.attempts;
  source_retries_ = present.source_retries;
  launch_ = present.launched_at;
  return true;
}

}  // namespace supervisor
