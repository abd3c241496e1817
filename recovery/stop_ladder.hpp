#pragma once

#include <cstdint>
#include <optional>

#include "monitor/observation.hpp"
#include "recovery/policy.hpp"
#include "recovery/proof.hpp"

namespace recovery {

// To FFmpeg a second signal means "abort now": the trailer is not written, and a recording is lost.
// Only a write that hangs in the network needs it (FFmpeg 4.4 to 9).
inline constexpr Duration still_before_second_term = std::chrono::seconds(2);

// The order of signals that ends a child: TERM; TERM again once it has stood still for two seconds,
// whenever that is in the grace; KILL at the end of the grace; KILL again two seconds later, and
// the report that it has no effect. Still is what the witnesses have seen for all of that time: no
// CPU used, no byte written or acknowledged. One that works gets no second TERM.
class StopLadder {
 public:
  explicit StopLadder(Duration grace) : grace_(grace) {}

  void set_grace(Duration grace) { grace_ = grace; }

  // The first signal. KILL `at_once` for a process that is stopped (state T): it cannot act on
  // TERM.
  int begin(bool at_once, Instant now);

  // What a witness saw of the child: the second TERM where it proves that the child stands still.
  std::optional<int> observe(const monitor::Observation& what, Instant now);
  // The child may not have run for a while: that is no stillness.
  void on_pause(Instant now) { still_since_ = now; }

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

  // Totals of the child's life; any that changes is work.
  struct Work {
    Duration cpu_time{};
    std::uint64_t written_bytes = 0;

    bool operator==(const Work&) const = default;
  };

  Proof standstill(const monitor::ProcessSample& sample, Instant now);
  std::optional<int> observe_process(const monitor::ProcessSample& sample, Instant now);
  void observe_connections(const monitor::ConnectionSamples& samples, Instant now);

  Duration grace_;
  Rung rung_ = Rung::none;
  Instant due_at_ = monitor::never;
  std::optional<Work> work_;  // since the first TERM
  std::optional<std::uint64_t> acked_bytes_;
  Instant still_since_{};
};

}  // namespace recovery
