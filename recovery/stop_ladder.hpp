#pragma once

#include <optional>

#include "recovery/policy.hpp"

namespace recovery {

// The order of signals that ends a child: TERM; TERM again at half the grace, because a write that
// hangs in the network ends only at the second (FFmpeg 4.4 to 9); KILL at the end of the grace;
// KILL again two seconds later, and the report that it has no effect.
class StopLadder {
 public:
  explicit StopLadder(Duration grace) : grace_(grace) {}

  void set_grace(Duration grace) { grace_ = grace; }

  // The first signal. KILL `at_once` for a process that is stopped (state T): it cannot act on
  // TERM.
  int begin(bool at_once, Instant now);

  // The next signal, at or after `deadline()`; empty before.
  std::optional<int> climb(Instant now);

  // SIGKILL out of turn; empty where it was sent already.
  std::optional<int> kill(Instant now);

  // When `climb` is due; `monitor::never` before `begin`.
  Instant deadline() const { return due_at_; }
  // A KILL has not ended the child for two seconds.
  bool is_unkillable() const { return rung_ == Rung::unkillable; }

 private:
  enum class Rung { none, first_term, second_term, killed, unkillable };

  Duration grace_;
  Rung rung_ = Rung::none;
  Instant began_at_{};
  Instant due_at_ = monitor::never;
};

}  // namespace recovery
