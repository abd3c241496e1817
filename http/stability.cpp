#include "http/stability.hpp"

#include <algorithm>

#include "http/derived_values.hpp"
#include "monitor/text/sentence.hpp"

namespace http {
namespace {

// A block comes each stats_period; one or two may be late on a busy machine.
constexpr int periods_without_progress = 3;

std::string sentence_of(const NoProgress& stands) {
  return monitor::sentence("No progress for %.0f s (frozen at %.0f s)", stands.for_seconds,
                           stands.frozen_at_seconds);
}

std::string sentence_of(const Unstable& unstable) {
  if (unstable.restarts == 0) {
    return monitor::sentence("Unstable: the source was lost; stable in %.0f s",
                             unstable.stable_in_seconds);
  }
  return monitor::sentence("Unstable: %u %s since it was last stable; stable in %.0f s",
                           unstable.restarts, unstable.restarts == 1 ? "restart" : "restarts",
                           unstable.stable_in_seconds);
}

}  // namespace

std::optional<NoProgress> no_progress(const StreamSnapshot& stream, const ClockReading& now) {
  if (!is_on_air(stream.status) || !stream.advanced_at || !stream.reports_progress) return {};
  const double stands = seconds_since(*stream.advanced_at, now.steady);
  if (stands < periods_without_progress * monitor::seconds(stream.stats_period)) return {};
  return NoProgress{stands, monitor::seconds(stream.freeze_timeout)};
}

std::optional<Unstable> unstable(const StreamSnapshot& stream, const ClockReading& now) {
  const recovery::Status& status = stream.status;
  const bool was_restored = status.attempts > 0 || status.source_retries > 0;
  if (!is_on_air(status) || !status.on_air_since || !was_restored) return {};
  const double left =
      monitor::seconds(stream.restart_cooldown) - seconds_since(*status.on_air_since, now.steady);
  return Unstable{status.attempts, std::max(0.0, left)};
}

std::vector<std::string> doubts(const StreamSnapshot& stream, const ClockReading& now) {
  std::vector<std::string> list;
  if (const auto stands = no_progress(stream, now)) list.push_back(sentence_of(*stands));
  if (const auto found = unstable(stream, now)) list.push_back(sentence_of(*found));
  return list;
}

std::optional<recovery::WallTime> fault_since(const StreamSnapshot& stream) {
  std::optional<recovery::WallTime> since;
  if (!stream.incidents) return since;
  for (const recovery::IncidentRecord& incident : *stream.incidents) {
    if (incident.resolved_at) continue;
    since = std::min(since.value_or(incident.last_good_at), incident.last_good_at);
  }
  return since;
}

}  // namespace http
