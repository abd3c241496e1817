#pragma once

#include <cstdint>
#include <optional>

#include "recovery/policy.hpp"
#include "recovery/probe_schedule.hpp"

namespace recovery {

// What is known of the source, when it is probed, and how a wait for it goes: since when, which
// retry is next, whether it was ever seen missing in this wait. A value; it never decides what
// follows.
class SourceWait {
 public:
  // Between two probes while its return is awaited: as long as an FFmpeg that fails at once takes.
  static constexpr Duration between_requests = 200ms;
  // For the first probe, before the fallback takes over.
  static constexpr Duration patience = 1s;

  explicit SourceWait(bool can_be_probed) : probes_(can_be_probed, between_requests) {}

  void set_known(bool can_be_probed) { probes_.set_known(can_be_probed); }
  bool is_known() const { return probes_.is_known(); }

  // An earlier life's, before the first wait.
  void resume(unsigned retries) { retries_ = retries; }

  // It is waited for from now on.
  void begin(const Policy& policy, Instant now);
  // Another configuration in the middle of a wait: no wait is longer than the present one allows.
  void adjust(const Policy& policy, Instant now);
  // No wait for it: a probe each `pace`.
  void watch(Duration pace, Instant now) { probes_.watch(pace, now); }
  // The pace is another one, where it is probed at all.
  void set_pace(Duration pace, Instant now);
  // No probes.
  void rest() { probes_.rest(); }

  Instant deadline() const { return probes_.deadline(); }
  std::uint64_t begin_probe(Instant now) { return probes_.begin(now); }
  // False for an answer that is not awaited.
  bool accept(std::uint64_t number, Instant now) { return probes_.accept(number, now); }

  // What the latest witness reports. True for a change; at first it counts as available.
  bool note(bool available);
  // A probe did not find it. True where that was a retry: one each `interval`.
  bool note_missing(Duration interval, Instant now);
  void on_healthy() { retries_ = 0; }

  // In this wait. Where it was there all the time, FFmpeg's end has another reason.
  bool was_missing() const { return was_missing_; }
  // When the fallback may take over at the earliest.
  Instant fallback_from() const { return was_missing_ ? Instant::min() : since_ + patience; }
  Duration waited(Instant now) const { return now - since_; }
  unsigned retries() const { return retries_; }
  std::optional<bool> available() const { return available_; }

 private:
  ProbeSchedule probes_;
  std::optional<bool> available_;  // empty: no witness has reported
  unsigned retries_ = 0;           // that found it missing, since last healthy
  Instant since_{};                // of the present or last wait, as the two below
  Instant next_retry_at_{};
  bool was_missing_ = false;
};

}  // namespace recovery
