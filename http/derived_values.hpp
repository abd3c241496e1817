#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "http/clock_reading.hpp"
#include "http/snapshot_store.hpp"

namespace http {

// Values that follow from a snapshot. Metrics, health, API and events all take them from here, so
// that they cannot disagree. Pure.

// What the audience gets is the encoder's: not covered, not off air.
bool is_on_air(const recovery::Status& status);
// That of a held stream's encoder: at work while the stream waits for its outputs.
recovery::State encoder_state(const recovery::Status& status);
// Since the supervisor started.
double covered_seconds(const recovery::Status& status, const ClockReading& now);
// "running" while a child lives, "crashed" off air by a fault, else "stopped".
std::string_view ffmpeg_state(const recovery::Status& status);
// Since the stream last came on air; 0 while it is off air.
double uptime_seconds(const recovery::Status& status, const ClockReading& now);
// Since when the audience gets what it gets: the stream is on air, covered, or off air by an
// incident that is open. Empty while it is off air without one: it was not on air yet, or was
// stopped.
std::optional<recovery::WallTime> air_since(const StreamSnapshot& stream, const ClockReading& now);
// How long the current track has been playing; empty while no track is known.
std::optional<double> playing_seconds(const StreamSnapshot& stream, const ClockReading& now);
// Its outputs are published by FFmpegs of their own.
bool holds_outputs(const StreamSnapshot& stream);
// The latest sample of the child that runs now; null without one.
const monitor::ProcessSample* living_sample(const StreamSnapshot& stream);

// An incident and its stream. Valid as long as the view.
struct KnownIncident {
  const StreamSnapshot* stream;
  const recovery::IncidentRecord* incident;
};
// Of all streams together, newest first, at most `limit`.
std::vector<KnownIncident> newest_incidents(const SnapshotStore::View& view, std::size_t limit);

}  // namespace http
