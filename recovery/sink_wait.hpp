#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>

#include "monitor/cause.hpp"
#include "recovery/policy.hpp"
#include "recovery/probe_schedule.hpp"

namespace recovery {

// What is known of the sink between two lives of the primary: when it is probed, whether it was
// seen missing in this cooldown, whether it refused the last life's name. A value; it never decides
// what follows.
class SinkWait {
 public:
  // Between two probes while its return is awaited: five connections a second at most.
  static constexpr Duration between_connections = 200ms;
  // Until a server lets go of the name of a publisher that it has lost.
  static constexpr Duration settle_time = 2s;

  explicit SinkWait(bool can_be_probed) : probes_(can_be_probed, between_connections) {}

  void set_known(bool can_be_probed) { probes_.set_known(can_be_probed); }

  // The primary has ended; `name_in_use`: the server refused it because its name is taken.
  void on_end(bool name_in_use) { name_in_use_ = name_in_use; }
  // The delay before the next launch, at least as long as the name stays taken.
  Duration settled(Duration delay) const {
    return name_in_use_ ? std::max(delay, settle_time) : delay;
  }

  // Its return is awaited. `is_missing`: FFmpeg itself has just failed to reach it; the sink may be
  // back before the first probe.
  void begin(bool is_missing, Duration pace, Instant now);
  // A probe's answer. True where the sink was missing and is there.
  bool take(bool available, Duration pace, Instant now);
  // No probes.
  void rest() { probes_.rest(); }

  Instant deadline() const { return probes_.deadline(); }
  std::uint64_t begin_probe(Instant now) { return probes_.begin(now); }
  // False for an answer that is not awaited.
  bool accept(std::uint64_t number, Instant now) { return probes_.accept(number, now); }

  // The command is another one, and its sink perhaps, until the primary is on air again.
  void on_other_command() { may_be_another_ = true; }
  void on_air() {
    may_be_another_ = false;
    lost_since_.reset();
  }
  // The next child's output does not prove that this sink takes it: it was the cause before.
  bool needs_proof(const std::optional<monitor::Verdict>& verdict) const;

 private:
  ProbeSchedule probes_;
  bool was_missing_ = false;
  std::optional<Instant> lost_since_;  // over all waits, until the primary is on air again
  bool name_in_use_ = false;
  bool may_be_another_ = false;
};

}  // namespace recovery
