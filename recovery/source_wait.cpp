#include "recovery/source_wait.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "monitor/backoff.hpp"

namespace recovery {

using monitor::LookAnswer;
using monitor::Strength;

namespace {

// Where no look proves anything: as soon as a shell's loop would, and rarer than it later.
constexpr std::array<Duration, 4> trial_delays{1s, 2s, 3s, 5s};
// Cameras lock an account out after five to seven wrong logins; a fallback leaves the air for it.
constexpr monitor::Backoff rare_trials{2s, 10min};

Duration pace_of(const Policy& policy) {
  return std::min(policy.probe_interval, policy.audio_stream.retry_interval);
}

}  // namespace

void SourceWait::begin(const Policy& policy, bool by_trial, bool refused, Instant now) {
  const bool goes_on = by_trial && trials_ > 0;
  if (!goes_on) {
    since_ = now;
    next_retry_at_ = now + policy.audio_stream.retry_interval;
  }
  was_missing_ = false;
  by_trial_ = by_trial;
  failed_at_ = now;
  // What FFmpeg, launched since, has found is newer than a look's refusal; not than the server's
  // own word on when.
  const bool holds = !by_trial || answered_at_ >= launched_at_ || now < not_before_;
  const bool rests = refused || (answer_ == LookAnswer::refused && holds);
  answer_ = rests ? std::optional(LookAnswer::refused) : std::nullopt;
  if (refused) answered_at_ = now;
  if (!may_look(now)) return probes_.rest();
  probes_.await(pace_of(policy), since_, now);
}

void SourceWait::begin_in_place(const Policy& policy, Instant now) {
  const bool goes_on = trials_ > 0;
  ++trials_;
  if (goes_on) return;
  since_ = now;
  next_retry_at_ = now + policy.audio_stream.retry_interval;
}

// That it is not there for FFmpeg either.
Proof SourceWait::absence() const {
  const bool is_definite = answer_ == LookAnswer::missing;
  return {is_definite ? Strength::proven : Strength::possible, failed_at_};
}

std::optional<Duration> SourceWait::looks_every(const Policy& policy, Instant now) const {
  return is_known() && may_look(now) ? std::optional(pace_of(policy)) : std::nullopt;
}

bool SourceWait::may_look(Instant now) const {
  const bool is_refused = answer_ == LookAnswer::refused;
  return suffices({is_refused ? Strength::possible : Strength::likely, now}, Act::look_at_source,
                  now);
}

void SourceWait::watch(Duration pace, Instant now) {
  if (!may_look(now)) return probes_.rest();
  probes_.watch(pace, now);
}

void SourceWait::look(Duration pace, Instant now) {
  if (!may_look(now)) return probes_.rest();
  probes_.watch_at_once(pace, now);
}

void SourceWait::note_answer(const monitor::SourceLook& look, Instant now) {
  answer_ = look.answer;
  answered_at_ = now;
  if (look.retry_after) not_before_ = now + *look.retry_after;
  if (!may_look(now)) probes_.rest();
}

void SourceWait::on_lasting() {
  trials_ = 0;
  by_trial_ = false;
  answer_.reset();
  not_before_ = Instant::min();
}

Instant SourceWait::trial_at(const Policy& policy, bool with_fallback) const {
  const Duration interval = policy.audio_stream.retry_interval;
  if (suffices(absence(), Act::wait_for_source, failed_at_)) {
    return with_fallback ? monitor::never : std::max(failed_at_ + interval, not_before_);
  }
  const bool is_rare =
      answer_ == LookAnswer::refused || (with_fallback && answer_ == LookAnswer::delivers);
  if (is_rare) {
    return std::max(failed_at_ + std::min(rare_trials.after(trials_ + 1), interval), not_before_);
  }
  if (with_fallback) {
    const monitor::Backoff blind_trials{interval, std::max<Duration>(interval, 10min)};
    return failed_at_ + blind_trials.after(trials_ + 1);
  }
  const std::size_t next = std::min<std::size_t>(trials_, trial_delays.size() - 1);
  return std::max(failed_at_ + std::min(trial_delays[next], interval), not_before_);
}

void SourceWait::adjust(const Policy& policy, Instant now) {
  next_retry_at_ = std::min(next_retry_at_, now + policy.audio_stream.retry_interval);
  if (!may_look(now)) return;
  probes_.await(pace_of(policy), since_, now);
}

void SourceWait::set_pace(Duration pace, Instant now) {
  if (probes_.deadline() != monitor::never) probes_.watch(pace, now);
}

bool SourceWait::note(bool available) {
  return std::exchange(available_, available).value_or(true) != available;
}

bool SourceWait::count_retry(Duration interval, Instant now) {
  if (now < next_retry_at_) return false;
  next_retry_at_ = std::max(next_retry_at_ + interval, now);
  ++retries_;
  return true;
}

}  // namespace recovery
