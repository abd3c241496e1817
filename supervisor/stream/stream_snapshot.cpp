// What the outside may know of a stream, told to the snapshots.

#include <utility>

#include "supervisor/stream/stream_state.hpp"

namespace supervisor {

void StreamDriver::State::publish() {
  published_at = now;
  has_news = false;
  auto snapshot = std::make_shared<http::StreamSnapshot>();
  snapshot->name = config.name;
  snapshot->command = primary->masked;
  snapshot->reports_progress = primary->command.is_ffmpeg();
  snapshot->has_rtmp_output = primary->command.has_rtmp_output();
  if (fallback) snapshot->fallback = fallback->masked;
  snapshot->status = core.status();
  snapshot->totals = recorder.totals();
  snapshot->history = recorder.history();
  snapshot->incidents = recorder.incidents();
  snapshot->anomalies = recorder.anomalies().told();
  snapshot->last_restart_at = recorder.last_restart_at();
  snapshot->last_progress_at = last_progress_at;
  snapshot->launched_at = launched_at;
  snapshot->auto_recovery_enabled = config.recovery.enabled;
  for (const recovery::Incident& incident : core.open_incidents()) {
    if (!incident.off_air) snapshot->warnings.push_back(incident.cause);
  }
  snapshot->sample = last_sample;
  if (const monitor::Watch* watch = core.watch(); watch != nullptr && core.status().pid) {
    monitor::Readings readings = watch->readings(now);
    snapshot->progress = readings.progress;
    snapshot->fps = readings.fps;
    snapshot->speed = readings.speed;
    snapshot->bitrate_bps = readings.bitrate_bps;
    snapshot->baseline_bps = readings.baseline_bps;
    snapshot->witnesses = std::move(readings.witnesses);
    snapshot->delivered_bps = readings.delivered_bps;
    snapshot->sink_is_taking = readings.sink_is_taking;
    snapshot->memory_growth_bytes_per_second = readings.memory_growth_bytes_per_second;
    if (readings.memory_limit_in)
      snapshot->memory_limit_seconds = monitor::seconds(*readings.memory_limit_in);
    if (readings.lag) snapshot->lag_seconds = monitor::seconds(*readings.lag);
    snapshot->lag_growth = readings.lag_growth;
    snapshot->connections = connections;
    snapshot->host = last_host;
  }
  if (station) {
    snapshot->track = station->tracks(now);
    snapshot->azuracast = station->azuracast();
  }
  snapshot->log_lines = stderr_reader.gate().lines();
  snapshot->log_lines_suppressed = stderr_reader.gate().suppressed_total();
  context.snapshots.publish(context.place, std::move(snapshot));
}

}  // namespace supervisor
