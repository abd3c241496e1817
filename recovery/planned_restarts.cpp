#include "recovery/planned_restarts.hpp"

#include <algorithm>

#include "monitor/text/sentence.hpp"

namespace recovery {

using monitor::Cause;

void PlannedRestarts::on_memory_forecast(const PlannedRestart& plan, std::optional<Duration> left,
                                         Instant now) {
  if (!plan.before_memory_limit || memory_due_since_) return;
  if (left && *left <= *plan.before_memory_limit) memory_due_since_ = now;
}

std::optional<PlannedRestarts::Due> PlannedRestarts::due(const Policy& policy, Instant launched_at,
                                                         bool at_track_change, Instant now) const {
  if (track_waits_ && now >= launched_at + between_tracks) return Due{Cause::track_change, {}};
  const std::optional<std::string> planned = reason(policy, launched_at, now);
  if (!planned || (!at_track_change && now < deadline(policy, launched_at))) return std::nullopt;
  return Due{Cause::restart_requested, *planned + (at_track_change ? ", at a track change" : "")};
}

// Of a restart that is due and can wait for a better moment.
std::optional<std::string> PlannedRestarts::reason(const Policy& policy, Instant launched_at,
                                                   Instant now) const {
  if (!policy.enabled) return std::nullopt;
  const PlannedRestart& plan = policy.planned_restart;
  if (plan.every && now >= launched_at + *plan.every) {
    return monitor::sentence("planned, %.0f s after the launch",
                             monitor::seconds(now - launched_at));
  }
  if (!memory_due_since_) return std::nullopt;
  return monitor::sentence("planned, as FFmpeg's memory was to meet its limit within %.0f s",
                           monitor::seconds(*plan.before_memory_limit));
}

Instant PlannedRestarts::deadline(const Policy& policy, Instant launched_at) const {
  Instant due = monitor::never;
  if (track_waits_) due = launched_at + between_tracks;
  const PlannedRestart& plan = policy.planned_restart;
  if (!policy.enabled) return due;
  const Duration wait = plan.at == RestartMoment::any ? Duration::zero() : plan.within;
  if (plan.every) due = std::min(due, launched_at + *plan.every + wait);
  if (memory_due_since_) due = std::min(due, *memory_due_since_ + wait);
  return due;
}

}  // namespace recovery
