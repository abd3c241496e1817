#include "http/stability.hpp"

#include <algorithm>
#include <chrono>

#include "http/derived_values.hpp"
#include "monitor/text/sentence.hpp"

namespace http {
namespace {

// A block comes each stats_period; one or two may be late on a busy machine.
constexpr int periods_without_progress = 3;
constexpr int frames_without_progress = 2;  // a camera of one frame in four seconds
// However short the cooldown is, a stream with so many outages in so long is not stable.
constexpr std::size_t outages_that_flap = 3;
constexpr std::chrono::minutes flaps_within{10};

std::string sentence_of(const NoProgress& stands) {
  return monitor::sentence("No progress for %.0f s (frozen at %.0f s)", stands.for_seconds,
                           stands.frozen_at_seconds);
}

// When the outages of that time were detected, the newest first.
std::vector<recovery::WallTime> recent_outages(const StreamSnapshot& stream,
                                               recovery::WallTime now) {
  std::vector<recovery::WallTime> times;
  if (!stream.incidents) return times;
  for (const recovery::IncidentRecord& incident : *stream.incidents) {
    const bool is_fault = monitor::component_of(incident.cause) != monitor::Component::operator_;
    const bool is_recent = now - incident.detected_at < flaps_within;
    if (incident.off_air && is_fault && is_recent) times.push_back(incident.detected_at);
  }
  return times;
}

std::string still_needed(const Unstable& unstable) {
  return monitor::sentence("it is stable after another %.0f s on air", unstable.stable_in_seconds);
}

std::vector<monitor::Instant> recent_own_ends(const StreamSnapshot& stream, monitor::Instant now) {
  std::vector<monitor::Instant> times = stream.status.own_ends;
  std::erase_if(times, [&](monitor::Instant at) { return now - at >= flaps_within; });
  return times;
}

// Each is a gap for the audience; one in an hour, as of a playlist, is none that counts.
std::optional<Unstable> ends_again_and_again(const StreamSnapshot& stream,
                                             const ClockReading& now) {
  const auto ends = recent_own_ends(stream, now.steady);
  if (ends.size() < outages_that_flap || stream.status.state == recovery::State::stopped) return {};
  const auto left = ends[ends.size() - outages_that_flap] + flaps_within - now.steady;
  Unstable unstable;
  unstable.own_ends = static_cast<unsigned>(ends.size());
  unstable.stable_in_seconds = std::chrono::duration<double>(left).count();
  return unstable;
}

std::string sentence_of(const Unstable& unstable) {
  if (unstable.own_ends > 0) {
    return monitor::sentence(
        "Unstable: the command ended by itself %u times in the last 10 minutes", unstable.own_ends);
  }
  if (unstable.outages > 0) {
    return monitor::sentence("Unstable: %u outages in the last 10 minutes", unstable.outages);
  }
  if (unstable.restarts == 0) {
    return monitor::sentence("Unstable: the source was lost; %s", still_needed(unstable).c_str());
  }
  return monitor::sentence("Unstable: %u %s since it was last stable; %s", unstable.restarts,
                           unstable.restarts == 1 ? "restart" : "restarts",
                           still_needed(unstable).c_str());
}

}  // namespace

std::optional<NoProgress> no_progress(const StreamSnapshot& stream, const ClockReading& now) {
  if (!is_on_air(stream.status) || !stream.advanced_at || !stream.reports_progress) return {};
  const double stands = seconds_since(*stream.advanced_at, now.steady);
  const double fps = stream.readings.fps.value_or(0);
  const double slow = fps > 0 ? frames_without_progress / fps : 0;
  const double periods = periods_without_progress * monitor::seconds(stream.stats_period);
  if (stands < std::max(periods, slow)) return {};
  return NoProgress{stands, monitor::seconds(stream.freeze_timeout)};
}

std::optional<Unstable> unstable(const StreamSnapshot& stream, const ClockReading& now) {
  const recovery::Status& status = stream.status;
  if (const auto ends = ends_again_and_again(stream, now)) return ends;
  if (!is_on_air(status) || !status.on_air_since) return {};
  const auto outages = recent_outages(stream, now.wall);
  if (outages.size() >= outages_that_flap) {
    const auto left = outages[outages_that_flap - 1] + flaps_within - now.wall;
    return Unstable{status.attempts, static_cast<unsigned>(outages.size()), 0,
                    std::chrono::duration<double>(left).count()};
  }
  const bool was_restored = status.attempts > 0 || status.source_retries > 0;
  if (!was_restored) return {};
  const double left =
      monitor::seconds(stream.restart_cooldown) - seconds_since(*status.on_air_since, now.steady);
  return Unstable{status.attempts, 0, 0, std::max(0.0, left)};
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
