#include "supervisor/stream/stream_snapshot.hpp"

#include "monitor/judge.hpp"

namespace supervisor {

using http::StreamSnapshot;

namespace {

void add_commands(StreamSnapshot& snapshot, const StreamParts& parts) {
  snapshot.command = parts.primary->masked;
  snapshot.reports_progress = parts.primary->command.is_ffmpeg();
  snapshot.has_rtmp_output = parts.primary->command.has_rtmp_output();
  if (parts.fallback) snapshot.fallback = parts.fallback->masked;
}

void add_records(StreamSnapshot& snapshot, const recovery::StreamRecorder& recorder) {
  snapshot.totals = recorder.totals();
  snapshot.history = recorder.history();
  snapshot.incidents = recorder.incidents();
  snapshot.anomalies = recorder.anomalies().present();
  snapshot.last_restart_at = recorder.last_restart_at();
}

void add_forecasts(StreamSnapshot& snapshot, const monitor::Watch& watch) {
  const monitor::MemoryForecast& memory = watch.memory_forecast();
  snapshot.memory_growth_bytes_per_second = memory.growth_bytes_per_second();
  if (memory.time_to_limit()) {
    snapshot.memory_limit_seconds = monitor::seconds(*memory.time_to_limit());
  }
  const monitor::LagForecast& lag = watch.lag_forecast();
  if (lag.lag()) snapshot.lag_seconds = monitor::seconds(*lag.lag());
  snapshot.lag_growth = lag.growth();
}

void add_readings(StreamSnapshot& snapshot, const monitor::Watch& watch, monitor::Instant now) {
  snapshot.progress = watch.evidence().progress;
  snapshot.fps = watch.rates().fps(now);
  snapshot.speed = watch.rates().speed(now);
  snapshot.bitrate_bps = watch.rates().bitrate_bps(now);
  snapshot.baseline_bps = watch.baseline_bps();
  snapshot.witnesses = monitor::sentences_of_witnesses(watch.evidence());
  snapshot.delivered_bps = watch.delivery().bps();
  snapshot.sink_is_taking = watch.sink_is_taking();
  add_forecasts(snapshot, watch);
}

void add_life(StreamSnapshot& snapshot, const ChildLife& life) {
  snapshot.sample = life.last_sample();
  if (!life.probes()) return;
  snapshot.connections = life.probes()->connections();
  snapshot.host = life.probes()->host();
}

}  // namespace

std::shared_ptr<const StreamSnapshot> make_snapshot(const SnapshotSources& from,
                                                    monitor::Instant now) {
  auto made = std::make_shared<StreamSnapshot>();
  StreamSnapshot& snapshot = *made;
  snapshot.name = from.parts.config.name;
  snapshot.auto_recovery_enabled = from.parts.config.recovery.enabled;
  snapshot.status = from.core.status();
  snapshot.last_progress_at = from.last_progress_at;
  snapshot.launched_at = from.launched_at;
  add_commands(snapshot, from.parts);
  add_records(snapshot, from.recorder);
  for (const recovery::Incident& incident : from.core.open_incidents()) {
    if (!incident.off_air) snapshot.warnings.push_back(incident.cause);
  }
  const monitor::Watch* watch = from.core.watch();
  if (watch && from.core.status().pid) add_readings(snapshot, *watch, now);
  if (from.life) add_life(snapshot, *from.life);
  snapshot.track = from.tracks.state(now);
  snapshot.azuracast = from.tracks.azuracast();
  snapshot.log_lines = from.log_gate.lines();
  snapshot.log_lines_suppressed = from.log_gate.suppressed_total();
  return made;
}

}  // namespace supervisor
