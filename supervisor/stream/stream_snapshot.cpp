// Publishes the snapshot of a stream.

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
  if (const monitor::Watch* watch = core.watch(); watch != nullptr && core.status().pid) {
    snapshot->readings = watch->readings(now);
  }
  snapshot->readings.process = last_sample;  // stays while the next launch is due
  if (station) {
    snapshot->track = station->tracks(now);
    snapshot->azuracast = station->azuracast();
  }
  snapshot->log_lines = stderr_reader.gate().lines();
  snapshot->log_lines_suppressed = stderr_reader.gate().suppressed_total();
  context.snapshots.publish(context.place, std::move(snapshot));
}

}  // namespace supervisor
