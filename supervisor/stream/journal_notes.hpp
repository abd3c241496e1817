#pragma once

#include <optional>

#include "recovery/action.hpp"
#include "recovery/persisted_state.hpp"
#include "recovery/status.hpp"
#include "recovery/wall_time.hpp"

namespace supervisor {

// Knows what was last written to the journal for a stream, and so what is new to write: only what
// must survive a crash, each once. Pure.
class JournalNotes {
 public:
  // The state that outlives the process, without incidents and alert. `now` and `wall` are the same
  // moment.
  recovery::PersistedState state(const recovery::Status& status, monitor::Instant now,
                                 recovery::WallTime wall) const;
  // The primary is launched; and that launch failed.
  void on_launch(recovery::WallTime wall);
  void on_launch_failed() { launched_at_ = launched_before_; }

  // After each step: true where `present`, which state() has made, is to be written now; then it
  // counts as written.
  bool take_note(const recovery::Step& step, const recovery::PersistedState& present);

 private:
  bool is_noted(const std::optional<recovery::WallTime>& launch) const;

  unsigned attempts_ = 0;
  unsigned source_retries_ = 0;
  std::optional<recovery::WallTime> launch_;       // that was done, or decided on
  std::optional<recovery::WallTime> launched_at_;  // the primary, for the last time
  std::optional<recovery::WallTime> launched_before_;
  bool launch_is_new_ = false;
};

}  // namespace supervisor
