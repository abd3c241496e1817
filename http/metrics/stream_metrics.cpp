#include <algorithm>
#include <array>
#include <functional>

#include "http/derived_values.hpp"
#include "http/metrics/family.hpp"
#include "http/metrics/metrics.hpp"
#include "http/preview.hpp"

namespace http {
namespace {

constexpr double bytes_per_mib = 1024.0 * 1024;

// One stream at one scrape.
struct Scraped {
  const StreamSnapshot& stream;
  const ClockReading& now;
};

// What a row reads off it: a counter or a gauge, a number or a bool. Empty: the stream has no such
// series at present.
using Value = std::optional<double>;

bool plays_live(const StreamSnapshot& stream) {
  return stream.track && stream.track->current && stream.track->current->is_live;
}

Value cpu_percent(const StreamSnapshot& stream) {
  const monitor::ProcessSample* const sample = living_sample(stream);
  return sample ? sample->cpu_percent : 0;
}

Value memory_mb(const StreamSnapshot& stream) {
  const monitor::ProcessSample* const sample = living_sample(stream);
  return sample ? static_cast<double>(sample->rss_bytes) / bytes_per_mib : 0;
}

// Of several RTMP outputs each must have its connection.
bool has_rtmp_connection(const StreamSnapshot& stream) {
  return is_on_air(stream.status) && stream.has_rtmp_output &&
         stream.readings.sink_is_taking.value_or(true) &&
         std::none_of(stream.outputs.begin(), stream.outputs.end(), [](const auto& output) {
           return output.is_rtmp && output.state == monitor::OutputState::lost;
         });
}

// Over the connections to the sinks; empty without one.
template <class Combine>
Value over_sinks(const StreamSnapshot& stream, Combine combine) {
  Value result;
  for (const monitor::ConnectionSample& connection : stream.readings.connections) {
    if (connection.side == monitor::Side::output) result = combine(result.value_or(0), connection);
  }
  return result;
}

Value sink_unsent_bytes(const StreamSnapshot& stream) {
  return over_sinks(stream, [](double sum, const monitor::ConnectionSample& connection) {
    return sum + static_cast<double>(connection.unsent_bytes + connection.unacked_bytes);
  });
}

Value sink_rtt_seconds(const StreamSnapshot& stream) {
  return over_sinks(stream, [](double longest, const monitor::ConnectionSample& connection) {
    return std::max(longest, monitor::seconds(connection.rtt));
  });
}

// Over the UDP sockets of the inputs; empty without one.
Value over_datagrams(const StreamSnapshot& stream,
                     std::uint64_t monitor::ConnectionSample::*figure) {
  Value result;
  for (const monitor::ConnectionSample& socket : stream.readings.connections) {
    const bool is_input = socket.side == monitor::Side::input;
    if (!is_input || socket.kind != monitor::ConnectionSample::Kind::udp) continue;
    result = result.value_or(0) + static_cast<double>(socket.*figure);
  }
  return result;
}

Value seconds(const std::optional<monitor::Duration>& duration) {
  return duration ? Value(monitor::seconds(*duration)) : std::nullopt;
}

Value unix_time(const std::optional<recovery::WallTime>& time) {
  return time ? Value(unix_seconds(*time)) : std::nullopt;
}

// A counter or gauge with one series a stream. A new metric is one row; the order is that of the
// answer.
struct ValueRow {
  FamilyInfo info;
  Value (*value)(const Scraped& at);
};

constexpr ValueRow value_rows[] = {
    {{"radio_tracks_expected", gauge,
      "1 where the stream is configured to follow a station's tracks; else 0."},
     [](const Scraped& at) -> Value { return at.stream.expects_tracks ? 1.0 : 0.0; }},
    {{"radio_tracks_played_total", counter, "Distinct track plays."},
     [](const Scraped& at) -> Value {
       return at.stream.track ? at.stream.track->played_total : 0;
     }},
    {{"radio_ffmpeg_restarts_total", counter, "FFmpeg launched again after having run."},
     [](const Scraped& at) -> Value { return at.stream.totals.restarts; }},
    {{"radio_ffmpeg_restarts_on_purpose_total", counter,
      "Restarts within radio_ffmpeg_restarts_total that were requested or planned; no fault."},
     [](const Scraped& at) -> Value { return at.stream.totals.restarts_on_purpose; }},
    {{"radio_stream_uptime_seconds", gauge,
      "Time since the stream last came on air; 0 while it is off air."},
     [](const Scraped& at) -> Value { return uptime_seconds(at.stream.status, at.now); }},
    {{"radio_current_track_duration_seconds", gauge,
      "How long the current track has been playing; 0 while no track is known."},
     [](const Scraped& at) -> Value { return playing_seconds(at.stream, at.now).value_or(0); }},
    {{"radio_current_track_live", gauge,
      "1 while a live show is on air, whose title may stay the same for hours; else 0."},
     [](const Scraped& at) -> Value { return plays_live(at.stream); }},
    {{"radio_ffmpeg_cpu_usage_percent", gauge, "CPU usage of FFmpeg; 100 is one CPU."},
     [](const Scraped& at) -> Value { return cpu_percent(at.stream); }},
    {{"radio_ffmpeg_memory_mb", gauge, "Resident set size of FFmpeg in MiB."},
     [](const Scraped& at) -> Value { return memory_mb(at.stream); }},
    {{"radio_ffmpeg_memory_growth_bytes_per_second", gauge,
      "Trend of FFmpeg's resident set size; absent in the first 10 minutes after a launch."},
     [](const Scraped& at) -> Value { return at.stream.readings.memory_growth_bytes_per_second; }},
    {{"radio_ffmpeg_memory_limit_forecast_seconds", gauge,
      "Time until FFmpeg's memory reaches its limit; present only while it grows significantly."},
     [](const Scraped& at) -> Value { return seconds(at.stream.readings.memory_limit_in); }},
    {{"radio_ffmpeg_lag_seconds", gauge, "Lag of the output behind its live source."},
     [](const Scraped& at) -> Value { return seconds(at.stream.readings.lag); }},
    {{"radio_ffmpeg_lag_growth_ratio", gauge,
      "Trend of the lag in seconds per second; absent in the first minute after a launch."},
     [](const Scraped& at) -> Value { return at.stream.readings.lag_growth; }},
    {{"radio_audio_stream_available", gauge,
      "1 while the source is available, by the latest of: a probe, FFmpeg's progress, FFmpeg's "
      "log; else 0."},
     [](const Scraped& at) -> Value {
       return at.stream.status.source_available.value_or(is_on_air(at.stream.status));
     }},
    {{"radio_rtmp_connection_status", gauge,
      "1 while the stream is on air and all its RTMP outputs accept data; else 0."},
     [](const Scraped& at) -> Value { return has_rtmp_connection(at.stream); }},
    {{"radio_sink_delivered_bytes_total", counter,
      "Bytes that the receiving servers acknowledged (kernel's TCP counters), over all launches."},
     [](const Scraped& at) -> Value { return at.stream.totals.sink_delivered_bytes; }},
    {{"radio_sink_delivered_bitrate_bps", gauge,
      "Bits per second that the receiving servers acknowledged over the last seconds."},
     [](const Scraped& at) -> Value { return at.stream.readings.delivered_bps; }},
    {{"radio_sink_unsent_bytes", gauge,
      "Bytes that FFmpeg has written to its sinks and that are not acknowledged yet."},
     [](const Scraped& at) -> Value { return sink_unsent_bytes(at.stream); }},
    {{"radio_sink_rtt_seconds", gauge, "Round-trip time to the sink; the longest of several."},
     [](const Scraped& at) -> Value { return sink_rtt_seconds(at.stream); }},
    {{"radio_sink_retransmits_total", counter,
      "TCP segments retransmitted to the sinks, over all launches."},
     [](const Scraped& at) -> Value { return at.stream.totals.sink_retransmits; }},
    {{"radio_source_received_bytes_total", counter,
      "Bytes received from network sources (kernel's TCP counters), over all launches."},
     [](const Scraped& at) -> Value { return at.stream.totals.source_received_bytes; }},
    {{"radio_source_udp_receive_queue_bytes", gauge,
      "Bytes that came by UDP and wait to be read by FFmpeg; present only with a UDP input."},
     [](const Scraped& at) -> Value {
       return over_datagrams(at.stream, &monitor::ConnectionSample::unread_bytes);
     }},
    {{"radio_source_udp_drops_total", counter,
      "Datagrams that the kernel dropped as FFmpeg did not read them in time, since its launch."},
     [](const Scraped& at) -> Value {
       return over_datagrams(at.stream, &monitor::ConnectionSample::drops);
     }},
    {{"radio_stream_on_air_seconds_total", counter,
      "Time on air since the supervisor started, up to the last advance of the output."},
     [](const Scraped& at) -> Value { return monitor::seconds(at.stream.status.on_air_total); }},
    {{"radio_stream_covered_seconds_total", counter,
      "Time since the supervisor started in which held outputs carried what stands in for the "
      "encoder: neither on air nor off air; present only where outputs are held."},
     [](const Scraped& at) -> Value {
       if (!holds_outputs(at.stream)) return std::nullopt;
       return covered_seconds(at.stream.status, at.now);
     }},
    {{"radio_ffmpeg_frames_total", counter, "Video frames encoded, over all launches."},
     [](const Scraped& at) -> Value { return at.stream.totals.frames; }},
    {{"radio_ffmpeg_dropped_frames_total", counter, "Frames FFmpeg dropped, over all launches."},
     [](const Scraped& at) -> Value { return at.stream.totals.dropped_frames; }},
    {{"radio_ffmpeg_duplicated_frames_total", counter,
      "Frames FFmpeg duplicated, over all launches."},
     [](const Scraped& at) -> Value { return at.stream.totals.duplicated_frames; }},
    {{"radio_ffmpeg_output_bytes_total", counter,
      "Bytes of the first output, over all launches; constant where FFmpeg reports no size."},
     [](const Scraped& at) -> Value { return at.stream.totals.output_bytes; }},
    {{"radio_ffmpeg_fps", gauge, "Frames per second over the window, not since launch."},
     [](const Scraped& at) -> Value { return at.stream.readings.fps; }},
    {{"radio_ffmpeg_speed_ratio", gauge,
      "Output time per wall time over the window; 1 is real time."},
     [](const Scraped& at) -> Value { return at.stream.readings.speed; }},
    {{"radio_ffmpeg_output_bitrate_bps", gauge,
      "Bits per second of the first output over the window, not since launch."},
     [](const Scraped& at) -> Value { return at.stream.readings.bitrate_bps; }},
    {{"radio_audio_level_dbfs", gauge,
      "Level (RMS) of the sound that goes out, in dBFS: 0 is the loudest, -120 silence; present "
      "only where monitor.preview.level is on and sound goes out."},
     [](const Scraped& at) -> Value {
       const Level* level = present_level(at.stream, at.now);
       return level ? Value(level->value.rms_dbfs) : std::nullopt;
     }},
    {{"radio_ffmpeg_last_progress_timestamp_seconds", gauge,
      "Unix time of FFmpeg's last progress block."},
     [](const Scraped& at) -> Value { return unix_time(at.stream.last_progress_at); }},
    {{"radio_ffmpeg_start_timestamp_seconds", gauge, "Unix time of FFmpeg's last launch."},
     [](const Scraped& at) -> Value { return unix_time(at.stream.launched_at); }},
    {{"radio_ffmpeg_log_lines_suppressed_total", counter,
      "FFmpeg's log lines that were not logged: repeats, and lines above the rate limit."},
     [](const Scraped& at) -> Value { return at.stream.log_lines_suppressed; }},
    {{"radio_recovery_attempts", gauge,
      "Restart attempts used since the stream was last healthy for a whole cooldown."},
     [](const Scraped& at) -> Value { return at.stream.status.attempts; }},
    {{"radio_recovery_escalated", gauge, "1 while the recovery is escalated; else 0."},
     [](const Scraped& at) -> Value { return at.stream.status.escalated; }},
};

struct HistogramRow {
  FamilyInfo info;
  recovery::Histogram recovery::Totals::*value;
};

constexpr HistogramRow histogram_rows[] = {
    {{"radio_stream_hole_seconds", histogram,
      "Media that held outputs were not given where they went on with something else."},
     &recovery::Totals::hole_seconds},
    {{"radio_track_switch_duration_seconds", histogram,
      "Time from the report of a track change to the next advance of the output."},
     &recovery::Totals::track_switch_seconds},
    {{"radio_incident_detection_seconds", histogram,
      "Time from the last good moment to the verdict."},
     &recovery::Totals::detection_seconds},
    {{"radio_incident_off_air_seconds", histogram,
      "Time from the last good moment until the stream was on air again."},
     &recovery::Totals::off_air_seconds},
};

// Off air it runs on; on air it stands still: the core may yet find that the output was silent.
double off_air_seconds(const recovery::Status& status, const ClockReading& now) {
  const double settled = monitor::seconds(status.off_air_total);
  if (status.state == recovery::State::on_air) return settled;
  const double covered = monitor::seconds(recovery::covered_since_settled(status, now.steady));
  return settled + std::max(0.0, seconds_since(status.settled_at, now.steady) - covered);
}

void write_off_air(const SnapshotStore::View& view, const ClockReading& now, OffAirFloors& floors,
                   SeriesSink& sink) {
  static constexpr FamilyInfo info{
      "radio_stream_off_air_seconds_total", counter,
      "Time off air since the supervisor started, including the time before a freeze was "
      "detected."};
  sink.begin(info);
  OffAirFloors reported;  // streams that were removed are not kept
  for (const auto& stream : view.streams) {
    const double value = std::max(floors[stream->name], off_air_seconds(stream->status, now));
    sink.of_stream(stream->name);
    sink.add({}, reported[stream->name] = value);
  }
  floors = std::move(reported);
}

}  // namespace

void write_stream_series(const SnapshotStore::View& view, const ClockReading& now,
                         OffAirFloors& floors, SeriesSink& sink) {
  for (const ValueRow& row : value_rows) {
    sink.begin(row.info);
    for (const auto& stream : view.streams) {
      const Value value = row.value({*stream, now});
      if (!value) continue;
      sink.of_stream(stream->name);
      sink.add({}, *value);
    }
  }
  write_labelled_series(view, sink);
  for (const HistogramRow& row : histogram_rows) {
    sink.begin(row.info);
    for (const auto& stream : view.streams) {
      sink.of_stream(stream->name);
      sink.add({}, stream->totals.*row.value);
    }
  }
  write_off_air(view, now, floors, sink);
}

}  // namespace http
