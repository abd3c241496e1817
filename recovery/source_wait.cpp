#include "recovery/source_wait.hpp"

#include <algorithm>
#include <utility>

namespace recovery {

namespace {

Duration pace_of(const Policy& policy) {
  return std::min(policy.probe_interval, policy.audio_stream.retry_interval);
}

}  // namespace

void SourceWait::begin(const Policy& policy, Instant now) {
  was_missing_ = false;
  since_ = now;
  next_retry_at_ = now + policy.audio_stream.retry_interval;
  probes_.await(pace_of(policy), now);
}

void SourceWait::adjust(const Policy& policy, Instant now) {
  next_retry_at_ = std::min(next_retry_at_, now + policy.audio_stream.retry_interval);
  probes_.await(pace_of(policy), now);
}

void SourceWait::set_pace(Duration pace, Instant now) {
  if (probes_.deadline() != monitor::never) probes_.watch(pace, now);
}

bool SourceWait::note(bool available) {
  return std::exchange(available_, available).value_or(true) != available;
}

bool SourceWait::note_missing(Duration interval, Instant now) {
  was_missing_ = true;
  if (now < next_retry_at_) return false;
  next_retry_at_ = std::max(next_retry_at_ + interval, now);
  ++retries_;
  return true;
}

}  // namespace recovery
