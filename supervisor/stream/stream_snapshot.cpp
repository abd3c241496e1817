// What the outside may know of a stream, told to the snapshots.

#include <utility>

#include "monitor/judge.hpp"
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
    snapshot->progress = watch->evidence().progress;
    snapshot->fps = watch->rates().fps(now);
    snapshot->speed = watch->rates().speed(now);
    snapshot->bitrate_bps = watch->rates().bitrate_bps(now);
    snapshot->baseline_bps = watch->baseline_bps();
    snapshot->witnesses = monitor::sentences_of_witnesses(watch->evidence());
    snapshot->delivered_bps = watch->delivery().bps();
    snapshot->sink_is_taking = watch->sink_is_taking();
    const monitor::MemoryForecast& memory = watch->memory_forecast();
    snapshot->memory_growth_bytes_per_second = memory.growth_bytes_per_second();
    if (memory.time_to_limit()) {
      snapshot->memory_limit_seconds = monitor::seconds(*memory.time_to_limit());
    }
    const monitor::LagForecast& lag = watch->lag_forecast();
    if (lag.lag()) snapshot->lag_seconds = monitor::seconds(*lag.lag());
    snapshot->lag_growth = lag.growth();
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
