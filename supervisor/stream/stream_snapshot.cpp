#include "supervisor/stream/stream_snapshot.hpp"

#include <algorithm>

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

void add_watched(StreamSnapshot& snapshot, const recovery::WatchedTime& watched) {
  snapshot.watched_since = watched.since();
  if (watched.unwatched().empty()) return;
  snapshot.unwatched =
      std::make_shared<const std::vector<recovery::UnwatchedSpan>>(watched.unwatched());
}

void add_limits(StreamSnapshot& snapshot, const StreamConfig& config) {
  snapshot.stats_period = config.monitor.stats_period;
  snapshot.freeze_timeout = config.monitor.freeze_timeout;
  snapshot.restart_cooldown = config.recovery.restart_cooldown;
}

void add_preview(StreamSnapshot& snapshot, const SnapshotSources& from) {
  const monitor::Preview& asked = from.parts.config.monitor.preview;
  snapshot.preview.picture_every = asked.picture;
  snapshot.preview.measures_level = asked.level;
  if (from.life) {
    snapshot.preview.picture = from.life->picture();
    snapshot.preview.level = from.life->level();
  }
  if (from.held) snapshot.preview.picture = from.held->picture();
}

void add_outputs(StreamSnapshot& snapshot, const StreamParts& parts,
                 const recovery::StreamCore& core) {
  auto& outputs = snapshot.outputs;
  for (const auto& command : {parts.primary, parts.fallback}) {
    if (!command) continue;
    for (const monitor::Output& output : command->outputs) {
      if (std::ranges::find(outputs, output.name, &http::OutputSnapshot::name) != outputs.end())
        continue;
      outputs.push_back({.name = output.name,
                         .required = output.required,
                         .is_rtmp = output.is_rtmp,
                         .unseen = output.unseen});
    }
  }
  const auto totals = core.output_totals();
  for (http::OutputSnapshot& output : outputs) {
    for (const monitor::OutputReading& reading : snapshot.readings.outputs) {
      if (reading.name != output.name) continue;
      output.state = reading.state;
      output.sentence = reading.sentence;
    }
    for (const recovery::OutputTotal& total : totals) {
      if (total.name != output.name) continue;
      output.delivered_bytes = total.delivered_bytes;
      output.restarts = total.restarts;
    }
  }
}

// The encoder itself has no connection to a sink.
void add_connections(monitor::Readings& all, const monitor::Readings& publisher) {
  all.connections.insert(all.connections.end(), publisher.connections.begin(),
                         publisher.connections.end());
  if (publisher.delivered_bps) {
    all.delivered_bps = all.delivered_bps.value_or(0) + *publisher.delivered_bps;
  }
}

// Their own supervision knows more than the encoder's.
void add_held(StreamSnapshot& snapshot, const HeldOutputs& held) {
  snapshot.covered = held.covered();
  snapshot.fallback_stands_by = held.stands_by();
  for (const HeldReading& reading : held.readings()) {
    add_connections(snapshot.readings, reading.publisher.readings);
    snapshot.totals.sink_delivered_bytes += reading.publisher.delivered_bytes;
    for (http::OutputSnapshot& output : snapshot.outputs) {
      if (output.name != reading.report.output) continue;
      output.is_held = true;
      output.state = reading.report.state;
      output.sentence = reading.report.sentence;
      output.since = reading.report.since;
      output.pid = reading.publisher.status.pid;
      output.delivered_bytes = reading.publisher.delivered_bytes;
      output.dropped_bytes = reading.dropped_bytes;
      output.restarts = reading.publisher.restarts;
    }
  }
}

}  // namespace

std::shared_ptr<const StreamSnapshot> make_snapshot(const SnapshotSources& from,
                                                    monitor::Instant now) {
  auto made = std::make_shared<StreamSnapshot>();
  StreamSnapshot& snapshot = *made;
  snapshot.name = from.parts.config.name;
  snapshot.servers = from.parts.servers;
  snapshot.auto_recovery_enabled = from.parts.config.recovery.enabled;
  snapshot.status = from.core.status();
  snapshot.last_progress_at = from.last_progress_at;
  snapshot.launched_at = from.launched_at;
  add_commands(snapshot, from.parts);
  add_records(snapshot, from.recorder);
  add_watched(snapshot, from.watched);
  add_limits(snapshot, from.parts.config);
  for (const recovery::Incident& incident : from.core.open_incidents()) {
    if (!incident.off_air) snapshot.warnings.push_back(incident.cause);
  }
  const monitor::Watch* watch = from.core.watch();
  if (watch && snapshot.status.pid) {
    snapshot.readings = watch->readings(now);
    if (watch->has_advanced()) snapshot.advanced_at = watch->evidence().last_advance;
  }
  // It stays while the next launch is due.
  if (from.life) snapshot.readings.process = from.life->last_sample();
  add_preview(snapshot, from);
  add_outputs(snapshot, from.parts, from.core);
  if (from.held) add_held(snapshot, *from.held);
  snapshot.expects_tracks = uses_azuracast(from.parts.config);
  snapshot.track = from.tracks.state(now);
  snapshot.azuracast = from.tracks.azuracast();
  snapshot.log_lines = from.log_gate.lines();
  snapshot.log_lines_suppressed = from.log_gate.suppressed_total();
  return made;
}

}  // namespace supervisor
