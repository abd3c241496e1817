#include "http/availability.hpp"

#include <algorithm>

namespace http {
namespace {

using recovery::IncidentRecord;
using recovery::UnwatchedSpan;
using recovery::WallTime;

double seconds_between(WallTime from, WallTime to) {
  return std::max(0.0, std::chrono::duration<double>(to - from).count());
}

// The part of an incident before this run began; the rest is in this run's own totals.
double off_air_before(const IncidentRecord& incident, WallTime run) {
  if (!incident.off_air || incident.last_good_at >= run) return 0;
  const double until_run = seconds_between(incident.last_good_at, run);
  if (!incident.resolved_at) return until_run;
  const double off_air = incident.off_air_seconds - incident.covered_seconds;
  // A journal may hold less than no time, from before that was bounded.
  return std::clamp(off_air, 0.0, until_run);
}

double overlap(const UnwatchedSpan& span, const IncidentRecord& incident) {
  if (!incident.off_air) return 0;
  const WallTime end = std::min(span.until, incident.resolved_at.value_or(span.until));
  return std::max(0.0, seconds_between(std::max(span.from, incident.last_good_at), end));
}

// Of a span, what no incident counts already.
double uncounted(const UnwatchedSpan& span, const StreamSnapshot& stream) {
  double seconds = seconds_between(span.from, span.until);
  if (!stream.incidents) return seconds;
  for (const IncidentRecord& incident : *stream.incidents) seconds -= overlap(span, incident);
  return std::max(0.0, seconds);
}

// What this run has counted itself.
struct Run {
  monitor::Duration on_air, off_air, covered;
};

Run run_of(const recovery::Status& status, const ClockReading& now) {
  Run run{status.on_air_total, status.off_air_total, status.covered_total};
  const bool began = status.settled_at != monitor::Instant{};
  if (!began || now.steady <= status.settled_at) return run;
  const monitor::Duration passed = now.steady - status.settled_at;
  const auto covered = std::min(recovery::covered_since_settled(status, now.steady), passed);
  run.covered += covered;
  (status.on_air_since ? run.on_air : run.off_air) += passed - covered;
  return run;
}

void add_incidents(Availability& result, const StreamSnapshot& stream, WallTime run) {
  if (!stream.incidents) return;
  for (const IncidentRecord& incident : *stream.incidents) {
    result.since = std::min(result.since, incident.last_good_at);
    result.off_air_seconds += off_air_before(incident, run);
  }
}

// Those before this run, and those in which this run itself was stopped.
void add_unwatched(Availability& result, const StreamSnapshot& stream) {
  if (stream.watched_since) result.since = std::min(result.since, *stream.watched_since);
  if (!stream.unwatched) return;
  for (const UnwatchedSpan& span : *stream.unwatched) {
    result.since = std::min(result.since, span.from);
    result.unwatched_seconds += seconds_between(span.from, span.until);
    result.off_air_seconds += uncounted(span, stream);
  }
}

}  // namespace

Availability availability_of(const StreamSnapshot& stream, const ClockReading& now) {
  const Run counted = run_of(stream.status, now);
  const WallTime run = wall_of(counted.on_air + counted.off_air + counted.covered, now);
  Availability result{.since = run,
                      .off_air_seconds = monitor::seconds(counted.off_air),
                      .unwatched_seconds = 0,
                      .ratio = {}};
  add_incidents(result, stream, run);
  add_unwatched(result, stream);
  const double span = seconds_between(result.since, now.wall);
  if (span > 0) result.ratio = std::clamp(1 - result.off_air_seconds / span, 0.0, 1.0);
  return result;
}

}  // namespace http
