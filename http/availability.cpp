#include "http/availability.hpp"

#include <algorithm>

namespace http {
namespace {

using recovery::WallTime;

double seconds_between(WallTime from, WallTime to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

WallTime wall_of(monitor::Duration ago, const ClockReading& now) {
  return now.wall - std::chrono::duration_cast<WallTime::duration>(ago);
}

// Of one incident, the part before this life began; the rest is in this life's own account.
double off_air_before(const recovery::IncidentRecord& incident, WallTime life) {
  if (!incident.off_air || incident.last_good_at >= life) return 0;
  const double until_life = seconds_between(incident.last_good_at, life);
  if (!incident.resolved_at) return until_life;
  // A journal may hold less than no time, from before that was bounded.
  return std::clamp(incident.off_air_seconds, 0.0, until_life);
}

}  // namespace

Availability availability_of(const StreamSnapshot& stream, const ClockReading& now) {
  const recovery::Status& status = stream.status;
  monitor::Duration on_air = status.on_air_total, off_air = status.off_air_total;
  const bool began = status.settled_at != monitor::Instant{};
  if (began && now.steady > status.settled_at) {
    (status.on_air_since ? on_air : off_air) += now.steady - status.settled_at;
  }
  const WallTime life = wall_of(on_air + off_air, now);
  Availability result{life, monitor::seconds(off_air), {}};
  if (stream.incidents) {
    for (const recovery::IncidentRecord& incident : *stream.incidents) {
      result.since = std::min(result.since, incident.last_good_at);
      result.off_air_seconds += off_air_before(incident, life);
    }
  }
  const double span = seconds_between(result.since, now.wall);
  if (span > 0) result.ratio = std::clamp(1 - result.off_air_seconds / span, 0.0, 1.0);
  return result;
}

}  // namespace http
