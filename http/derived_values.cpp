#include "http/derived_values.hpp"

#include <algorithm>

namespace http {
bool is_on_air(const recovery::Status& status) {
  return recovery::air_state(status) == recovery::State::on_air;
}

recovery::State encoder_state(const recovery::Status& status) {
  using recovery::State;
  return status.state == State::waiting_for_receiver ? State::on_air : status.state;
}

double covered_seconds(const recovery::Status& status, const ClockReading& now) {
  return monitor::seconds(status.covered_total +
                          recovery::covered_since_settled(status, now.steady));
}

std::string_view ffmpeg_state(const recovery::Status& status) {
  if (status.pid) return "running";
  return status.failed ? "crashed" : "stopped";
}

double uptime_seconds(const recovery::Status& status, const ClockReading& now) {
  return status.on_air_since ? seconds_since(*status.on_air_since, now.steady) : 0;
}

std::optional<recovery::WallTime> air_since(const StreamSnapshot& stream, const ClockReading& now) {
  const recovery::Status& status = stream.status;
  if (status.covered_since) return wall_of(now.steady - *status.covered_since, now);
  if (is_on_air(status) && status.on_air_since) {
    return wall_of(now.steady - *status.on_air_since, now);
  }
  if (!stream.incidents) return std::nullopt;
  for (const recovery::IncidentRecord& incident : *stream.incidents) {
    if (incident.off_air && !incident.resolved_at) return incident.last_good_at;
  }
  return std::nullopt;
}

std::optional<double> playing_seconds(const StreamSnapshot& stream, const ClockReading& now) {
  if (!stream.track || !stream.track->playing_since) return std::nullopt;
  return seconds_since(*stream.track->playing_since, now.steady);
}

bool holds_outputs(const StreamSnapshot& stream) {
  return std::ranges::any_of(stream.outputs, &OutputSnapshot::is_held);
}

const monitor::ProcessSample* living_sample(const StreamSnapshot& stream) {
  return stream.status.pid && stream.readings.process ? &*stream.readings.process : nullptr;
}

std::vector<KnownIncident> newest_incidents(const SnapshotStore::View& view, std::size_t limit) {
  std::vector<KnownIncident> all;
  for (const auto& stream : view.streams) {
    if (!stream->incidents) continue;
    const std::size_t count = std::min(limit, stream->incidents->size());  // newest first
    for (std::size_t i = 0; i < count; ++i) all.push_back({stream.get(), &(*stream->incidents)[i]});
  }
  std::stable_sort(all.begin(), all.end(),
                   [](const KnownIncident& left, const KnownIncident& right) {
                     return left.incident->detected_at > right.incident->detected_at;
                   });
  if (all.size() > limit) all.resize(limit);
  return all;
}

}  // namespace http
