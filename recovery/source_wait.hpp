#pragma once

#include <cstdint>
#include <optional>

#include "monitor/source_look.hpp"
#include "recovery/policy.hpp"
#include "recovery/probe_schedule.hpp"
#include "recovery/proof.hpp"

namespace recovery {

// What is known of the source, when it is probed, and how a wait for it goes: since when, which
// retry is next, whether it was ever seen missing in this wait, and when FFmpeg itself is tried. A
// value; it never decides what follows.
//
// FFmpeg is the last word on its own source: a look can have another resolver, other certificates
// or less patience. So a look alone never keeps FFmpeg from being tried, but for a definite answer
// of the source's own server; and even then FFmpeg is tried once each retry interval. A server that
// restricts access is not looked at again: a look can lock an account or take the only slot.
class SourceWait {
 public:
  // Between two probes while its return is awaited: as long as an FFmpeg that fails at once takes.
  static constexpr Duration between_requests = 200ms;
  // For the first probe, before the fallback takes over.
  static constexpr Duration patience = 1s;

  explicit SourceWait(bool can_be_probed) : probes_(can_be_probed, between_requests) {}

  void set_known(bool can_be_probed) {
    probes_.set_known(can_be_probed);
    // What it last answered does not hold for ever.
    if (!can_be_probed && answer_ == monitor::LookAnswer::missing) answer_.reset();
  }
  bool is_known() const { return probes_.is_known(); }

  // An earlier life's, before the first wait.
  void resume(unsigned retries) { retries_ = retries; }

  // It is waited for from now on. `by_trial`: FFmpeg itself has just found it missing and had put
  // out nothing, so a look that finds it there proves nothing. Such a wait goes on with its counts
  // from one trial to the next. `refused`: FFmpeg was denied access.
  void begin(const Policy& policy, bool by_trial, bool refused, Instant now);
  // FFmpeg lives and waits for it.
  void begin_in_place(const Policy& policy, Instant now);
  // Another configuration in the middle of a wait: no wait is longer than the present one allows.
  void adjust(const Policy& policy, Instant now);
  // No wait for it: a probe each `pace`, unless its last answer forbids it.
  void watch(Duration pace, Instant now);
  // FFmpeg has failed without a word: as watch(), the first probe as soon as the pace allows.
  void look(Duration pace, Instant now);
  // The pace is another one, where it is probed at all.
  void set_pace(Duration pace, Instant now);
  // No probes.
  void rest() { probes_.rest(); }

  Instant deadline() const { return probes_.deadline(); }
  std::uint64_t begin_probe(Instant now) { return probes_.begin(now); }
  // False for an answer that is not awaited.
  bool accept(std::uint64_t number, Instant now) { return probes_.accept(number, now); }

  // A look's answer.
  void note_answer(const monitor::SourceLook& look, Instant now);
  // FFmpeg is launched: no probes beside it until watch().
  void on_launch(Instant now) {
    launched_at_ = now;
    probes_.rest();
  }
  // FFmpeg is launched as a trial of its source.
  void on_trial() { ++trials_; }
  // The primary was on air for a while, or is another command.
  void on_lasting();
  // When FFmpeg itself is tried, whatever looks find. `with_fallback`: one is on air or about
  // to be, and a trial takes it off air. So there is none while the source is known to be missing,
  // and trials get rarer.
  Instant trial_at(const Policy& policy, bool with_fallback) const;
  // FFmpeg has found it missing by itself: a look that finds it there proves nothing.
  bool is_by_trial() const { return by_trial_; }

  // What the latest witness reports. True for a change; at first it counts as available.
  bool note(bool available);
  // A look did not find it.
  void note_missing() { was_missing_ = true; }
  // It was found missing, by a look or by FFmpeg. True where that was a retry: one each `interval`.
  bool count_retry(Duration interval, Instant now);
  void on_healthy() { retries_ = 0; }

  // In this wait. Where it was there all the time, FFmpeg's end has another reason.
  bool was_missing() const { return was_missing_; }
  // How often it is looked at, at least; empty where it is not, now.
  std::optional<Duration> looks_every(const Policy& policy, Instant now) const;
  // When the fallback may take over at the earliest.
  Instant fallback_from() const { return was_missing_ ? Instant::min() : since_ + patience; }
  Duration waited(Instant now) const { return now - since_; }
  unsigned retries() const { return retries_; }
  Instant next_retry_at() const { return next_retry_at_; }
  std::optional<bool> available() const { return available_; }

 private:
  Proof absence() const;
  bool may_look(Instant now) const;

  ProbeSchedule probes_;
  std::optional<bool> available_;  // empty: no witness has reported
  unsigned retries_ = 0;           // that found it missing, since last healthy
  Instant since_{};                // of the present or last wait, as the two below
  Instant next_retry_at_{};
  bool was_missing_ = false;
  bool by_trial_ = false;
  unsigned trials_ = 0;                        // in a row, none of which was on air for a while
  Instant failed_at_{};                        // FFmpeg, the last time
  std::optional<monitor::LookAnswer> answer_;  // the last one; empty: none in this wait
  Instant answered_at_ = Instant::min();
  Instant launched_at_ = Instant::min();  // FFmpeg, the last time
  Instant not_before_ = Instant::min();   // by the server's own word
};

}  // namespace recovery
