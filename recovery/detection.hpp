#pragma once

#include <optional>
#include <vector>

#include "monitor/diagnosis.hpp"
#include "monitor/watch.hpp"
#include "recovery/output_totals.hpp"
#include "recovery/policy.hpp"
#include "recovery/proof.hpp"

namespace recovery {

// The watch of the present child, when its detectors were last asked, and whether they are asked at
// all. A value; begins anew with each launch. What it knows of the machine outlives the child.
class Detection {
 public:
  // Of a new child, whose command writes to `outputs`.
  void begin(const monitor::Limits& limits, bool reports_progress, Instant now,
             const std::vector<monitor::Output>& outputs = {});

  // Recovery is off and a fault stands: it was reported, no action follows, and a further check
  // would report it again.
  void mute() { checked_at_.reset(); }
  void unmute(Instant now) { checked_at_ = checked_at_.value_or(now); }
  bool is_muted() const { return !checked_at_ || input_is_idle_; }
  // Nothing comes on FFmpeg's input, as the one who feeds it says: what stands still then is no
  // fault. Outlives the child.
  void idle_input(bool is_idle, Instant now);

  // What holds now, the off-air fault first. Not while muted. One that is not proven well enough to
  // end FFmpeg for it, or whose witnesses have fallen silent, is a warning.
  std::vector<monitor::Fault> check(Instant now);
  // When the next check is due; `monitor::never` while muted.
  Instant deadline() const;

  void observe(const monitor::Observation& what, Instant now);

  // Something holds the stream off air whatever it puts out.
  bool holds_off_air(Instant now) { return off_air_fault(proven_faults(now)) != nullptr; }
  // A sink that did not take the last child's output takes this one's. A hung server's kernel takes
  // a connection and the first bytes on it as any other's does, so this needs the kernel's
  // counters, or `stall_timeout` of output where this machine has none.
  bool sink_is_proven(Duration stall_timeout, Instant now) const;

  // That what FFmpeg puts out reaches a receiver: proven by an established, acknowledged connection
  // of an output; likely where this machine shows no connections; possible where it shows that
  // there is none.
  Proof output_is_connected(Instant now) const;

  // Ending FFmpeg for this fault: while its output advances, when it stands, or before the first.
  Act ending_for(const monitor::Fault& fault) const;

  // Of all lives, the present one too.
  std::vector<OutputTotal> output_totals() const { return totals_with_present().all(); }
  void count_restart(const std::string& output);

  monitor::Verdict diagnose(const std::optional<monitor::Fault>& fault, Instant now,
                            bool reports_progress) const;

  // The fault that comes first where it is of the off-air kind, else null.
  static const monitor::Fault* off_air_fault(const std::vector<monitor::Fault>& faults) {
    return !faults.empty() && faults.front().off_air ? &faults.front() : nullptr;
  }

  // Before `begin` there is none: null, and no call of the others.
  const monitor::Watch* watch() const { return watch_ ? &*watch_ : nullptr; }
  monitor::Watch* watch() { return watch_ ? &*watch_ : nullptr; }
  const monitor::Evidence& evidence() const { return watch_->evidence(); }

 private:
  std::vector<monitor::Fault> proven_faults(Instant now);
  OutputTotals totals_with_present() const;

  std::optional<monitor::Watch> watch_;
  OutputTotals past_totals_;            // of the lives before
  std::optional<Instant> checked_at_;   // empty: muted
  std::optional<Instant> observed_at_;  // this child by a witness outside FFmpeg, the last time
  bool input_is_idle_ = false;
  bool kernel_reports_ = false;  // connections were seen on this machine
};

}  // namespace recovery
