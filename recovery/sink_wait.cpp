#include "recovery/sink_wait.hpp"

namespace recovery {

void SinkWait::begin(bool is_missing, Duration pace, Instant now) {
  was_missing_ = is_missing;
  if (!lost_since_) lost_since_ = now;
  probes_.await(pace, *lost_since_, now);
}

bool SinkWait::take(bool available, Duration pace, Instant now) {
  if (available && was_missing_) return true;
  if (available) {
    // It is there and refuses this stream: no reason to probe often.
    probes_.watch(pace, now);
  } else {
    was_missing_ = true;
    probes_.hasten(now);
  }
  return false;
}

bool SinkWait::needs_proof(const std::optional<monitor::Verdict>& verdict) const {
  return verdict && monitor::component_of(verdict->cause) == monitor::Component::sink &&
         !may_be_another_;
}

}  // namespace recovery
