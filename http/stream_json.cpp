#include "http/stream_json.hpp"

#include <algorithm>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/derived_values.hpp"
#include "http/json.hpp"
#include "http/past_json.hpp"
#include "http/preview.hpp"
#include "http/stability.hpp"
#include "http/verdict_json.hpp"
#include "monitor/text/rfc3339.hpp"

namespace http {
namespace {

namespace json = boost::json;
using monitor::seconds;

constexpr double bytes_per_mib = 1024.0 * 1024;

// Rates are over the window, not FFmpeg's averages since launch.
json::value progress_json(const StreamSnapshot& stream) {
  const monitor::Readings& readings = stream.readings;
  if (!readings.progress) return nullptr;
  const monitor::Progress& progress = *readings.progress;
  std::optional<double> out_time;
  if (progress.out_time) out_time = std::chrono::duration<double>(*progress.out_time).count();
  return {{"frame", optional_number(progress.frame)},
          {"fps", optional_number(readings.fps)},
          {"speed", optional_number(readings.speed)},
          {"bitrate_bps", optional_number(readings.bitrate_bps)},
          {"baseline_bps", optional_number(readings.baseline_bps)},
          {"out_time_seconds", optional_number(out_time)},
          {"total_size_bytes", optional_number(progress.total_size_bytes)},
          {"dup_frames", optional_number(progress.dup_frames)},
          {"drop_frames", optional_number(progress.drop_frames)},
          {"last_progress_at", optional_time(stream.last_progress_at)}};
}

json::value process_json(const StreamSnapshot& stream) {
  if (!stream.readings.process) return nullptr;
  const monitor::ProcessSample& sample = *stream.readings.process;
  return {{"state", std::string_view(&sample.state, 1)},
          {"cpu_percent", rounded(sample.cpu_percent)},
          {"cpus_allowed", sample.cpus_allowed},
          {"memory_mb", rounded(static_cast<double>(sample.rss_bytes) / bytes_per_mib)},
          {"threads", sample.threads}};
}

json::object connection_json(const monitor::ConnectionSample& connection) {
  constexpr std::string_view sides[] = {"unknown", "input", "output"};
  json::object result{{"side", sides[static_cast<std::size_t>(connection.side)]},
                      {"peer", connection.peer},
                      {"acked_bytes", connection.acked_bytes},
                      {"received_bytes", connection.received_bytes},
                      {"unsent_bytes", connection.unsent_bytes},
                      {"unacked_bytes", connection.unacked_bytes},
                      {"unread_bytes", connection.unread_bytes},
                      {"peer_window_bytes", optional_number(connection.peer_window_bytes)},
                      {"retransmits", connection.retransmits},
                      {"rtt_seconds", monitor::seconds(connection.rtt)}};
  return result;
}

json::value host_json(const std::optional<monitor::HostSample>& host) {
  if (!host) return nullptr;
  std::optional<double> throttled;
  if (host->throttled) throttled = rounded(monitor::seconds(*host->throttled));
  return {{"throttled_seconds", optional_number(throttled)},
          {"oom_kills", optional_number(host->oom_kills)},
          {"memory_limit_bytes", optional_number(host->memory_limit_bytes)},
          {"memory_used_bytes", optional_number(host->memory_used_bytes)},
          {"load1", optional_number(host->load1)}};
}

// The present evidence; the verdict follows from it.
json::object evidence_json(const monitor::Readings& readings) {
  json::array connections;
  for (const auto& connection : readings.connections) {
    connections.push_back(connection_json(connection));
  }
  json::value taking = nullptr;
  if (readings.sink_is_taking) taking = *readings.sink_is_taking;
  std::optional<double> delivered;
  if (readings.delivered_bps) delivered = rounded(*readings.delivered_bps);
  return {{"witnesses", strings(readings.witnesses)},
          {"sink_is_taking", taking},
          {"delivered_bps", optional_number(delivered)},
          {"connections", std::move(connections)},
          {"host", host_json(readings.host)}};
}

json::array outputs_json(const StreamSnapshot& stream, const ClockReading& now) {
  json::array list;
  for (const OutputSnapshot& output : stream.outputs) {
    const auto text = [](const std::string& sentence) {
      return sentence.empty() ? json::value(nullptr) : json::value(sentence);
    };
    std::optional<recovery::WallTime> since;
    if (output.since) since = wall_of(now.steady - *output.since, now);
    list.push_back({{"name", output.name},
                    {"state", monitor::name(output.state)},
                    {"up", output.state == monitor::OutputState::on_air},
                    {"required", output.required},
                    {"delivered_bytes", optional_number(output.delivered_bytes)},
                    {"restarts", output.restarts},
                    {"held", output.is_held},
                    {"since", optional_time(since)},
                    {"pid", optional_number(output.pid)},
                    {"dropped_bytes", optional_number(output.dropped_bytes)},
                    {"trouble", text(output.sentence)},
                    {"unseen", text(output.unseen)}});
  }
  return list;
}

json::value no_progress_json(const StreamSnapshot& stream, const ClockReading& now) {
  const auto stands = no_progress(stream, now);
  if (!stands) return nullptr;
  return {{"for_seconds", rounded(stands->for_seconds)},
          {"frozen_at_seconds", rounded(stands->frozen_at_seconds)}};
}

json::value unstable_json(const StreamSnapshot& stream, const ClockReading& now) {
  const auto found = unstable(stream, now);
  if (!found) return nullptr;
  return {{"restarts", found->restarts},
          {"outages", found->outages},
          {"own_ends", found->own_ends},
          {"stable_in_seconds", rounded(found->stable_in_seconds)}};
}

json::value exit_json(const std::optional<monitor::ExitStatus>& status) {
  if (!status) return nullptr;
  return {{"code", optional_number(status->code)},
          {"signal", optional_number(status->signal)},
          {"description", monitor::describe(*status)}};
}

json::object source_json(const StreamSnapshot& stream) {
  const recovery::Status& status = stream.status;
  json::value available = nullptr;
  if (status.source_available) available = *status.source_available;
  return {{"available", available}, {"retries", status.source_retries}};
}

json::value fallback_json(const StreamSnapshot& stream, const ClockReading& now) {
  if (!stream.fallback) return nullptr;
  const auto& since = stream.status.fallback_since;
  return {{"on_air", since.has_value() || stream.covered == "fallback"},
          {"stands_by", stream.fallback_stands_by},
          {"uptime_seconds", since ? rounded(seconds_since(*since, now.steady)) : 0},
          {"command", strings(*stream.fallback)}};
}

json::array anomalies_json(const StreamSnapshot& stream) {
  json::array list;
  for (std::size_t i = 0; i < stream.anomalies.size(); ++i) {
    const auto& anomaly = stream.anomalies[i];
    if (!anomaly) continue;
    list.push_back({{"kind", recovery::name(static_cast<recovery::AnomalyKind>(i))},
                    {"score", rounded(anomaly->score)},
                    {"sentence", anomaly->sentence}});
  }
  return list;
}

// AzuraCast's report, and how long the track has been playing by our clock.
json::value track_json(const StreamSnapshot& stream, const ClockReading& now) {
  if (!stream.track || !stream.track->current) return nullptr;
  const TrackState& state = *stream.track;
  const monitor::CurrentTrack& current = *state.current;
  json::value played_at = nullptr;
  if (current.played_at > 0) {
    played_at = monitor::rfc3339(recovery::WallTime(std::chrono::seconds(current.played_at)));
  }
  std::optional<double> playing = playing_seconds(stream, now);
  if (playing) playing = rounded(*playing);
  return {{"artist", current.track.artist},
          {"title", current.track.title},
          {"album", current.track.album},
          {"playlist", current.track.playlist},
          {"sh_id", current.sh_id},
          {"played_at", played_at},
          {"duration_seconds", current.duration > 0 ? json::value(current.duration) : nullptr},
          {"playing_seconds", optional_number(playing)},
          {"is_live", current.is_live},
          {"streamer", current.streamer},
          {"is_online", state.is_online},
          {"overdue", state.overdue.empty() ? json::value(nullptr) : json::value(state.overdue)}};
}

json::object full_recovery_json(const StreamSnapshot& stream, const ClockReading& now) {
  const recovery::Status& status = stream.status;
  std::optional<double> next_launch_in;
  if (status.next_launch_at) {
    next_launch_in = rounded(seconds_since(now.steady, *status.next_launch_at));
  }
  json::object result = recovery_json(stream, now);
  result["escalated"] = status.escalated;
  result["attempts"] = status.attempts;
  result["next_launch_in_seconds"] = optional_number(next_launch_in);
  return result;
}

std::size_t recent_attempts(const StreamSnapshot& stream, recovery::WallTime wall) {
  if (!stream.history) return 0;
  return static_cast<std::size_t>(std::count_if(
      stream.history->begin(), stream.history->end(), [wall](const recovery::HistoryEntry& entry) {
        return entry.action == recovery::DecisionKind::restart_ffmpeg &&
               wall - entry.timestamp <= std::chrono::hours(1);
      }));
}

// Of a stream whose outputs outlive it.
json::value encoder_json(const StreamSnapshot& stream) {
  if (!holds_outputs(stream)) return nullptr;
  return {{"state", recovery::name(encoder_state(stream.status))}};
}

}  // namespace

json::object stream_json(const StreamSnapshot& stream, const ClockReading& now) {
  const recovery::Status& status = stream.status;
  return {{"name", stream.name},
          {"state", recovery::name(recovery::air_state(status))},
          {"encoder", encoder_json(stream)},
          {"covered", stream.covered.empty() ? json::value(nullptr) : json::value(stream.covered)},
          {"pid", optional_number(status.pid)},
          {"generation", status.generation},
          {"ended", status.ended},
          {"since", optional_time(air_since(stream, now))},
          {"uptime_seconds", rounded(uptime_seconds(status, now))},
          {"availability", availability_json(stream, now)},
          {"launched_at", optional_time(stream.launched_at)},
          {"servers", {{"source", stream.servers.source}, {"sink", stream.servers.sink}}},
          {"command", stream.command ? strings(*stream.command) : json::array()},
          {"reports_progress", stream.reports_progress},
          {"progress", progress_json(stream)},
          {"process", process_json(stream)},
          {"source", source_json(stream)},
          {"outputs", outputs_json(stream, now)},
          {"fallback", fallback_json(stream, now)},
          {"picture", picture_json(stream, now)},
          {"level", level_json(stream, now)},
          {"track", track_json(stream, now)},
          {"tracks_played", stream.track ? stream.track->played_total : 0},
          {"verdict", verdict_json(status.verdict)},
          {"fault_since", optional_time(fault_since(stream))},
          {"no_progress", no_progress_json(stream, now)},
          {"unstable", unstable_json(stream, now)},
          {"doubts", strings(doubts(stream, now))},
          {"evidence", evidence_json(stream.readings)},
          {"anomalies", anomalies_json(stream)},
          {"recovery", full_recovery_json(stream, now)},
          {"last_exit", exit_json(status.last_exit)}};
}

json::object recovery_json(const StreamSnapshot& stream, const ClockReading& now) {
  return {{"restart_count", stream.totals.restarts},
          {"last_restart_time", optional_time(stream.last_restart_at)},
          {"audio_retry_count", stream.status.source_retries},
          {"recent_attempts", recent_attempts(stream, now.wall)},
          {"auto_recovery_enabled", stream.auto_recovery_enabled}};
}

json::object config_json(const Program& program) {
  const auto& config = program.config;
  const bool failed = config && !config->successful;
  return {{"successful", !failed},
          {"message", failed ? json::value(config->message) : json::value(nullptr)},
          {"succeeded_at",
           config ? json::value(monitor::rfc3339(config->succeeded_at)) : json::value(nullptr)}};
}

}  // namespace http
