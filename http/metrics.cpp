#include "http/metrics.hpp"

#include <algorithm>
#include <array>
#include <functional>

#include "http/family.hpp"
#include "http/health.hpp"

namespace http {
namespace {

using recovery::Status;
constexpr auto counter = prometheus::MetricType::Counter;
constexpr auto gauge = prometheus::MetricType::Gauge;
constexpr double bytes_per_mib = 1024.0 * 1024;

bool on_air(const Status& status) {
  return status.state == recovery::State::on_air;
}

double number(std::uint64_t count) {
  return static_cast<double>(count);
}

double uptime_seconds(const Status& status, const ClockReading& now) {
  return status.on_air_since ? seconds_since(*status.on_air_since, now.steady) : 0;
}

double track_seconds(const StreamSnapshot& s, const ClockReading& now) {
  if (!s.track || !s.track->playing_since) return 0;
  return std::max(0.0, seconds_since(*s.track->playing_since, now.steady));
}

bool plays_live(const StreamSnapshot& s) {
  return s.track && s.track->current && s.track->current->is_live;
}

// Off air it runs on; on air it stands, because the core may yet find that the air was silent.
double off_air_seconds(const Status& status, const ClockReading& now) {
  const double settled = monitor::seconds(status.off_air_total);
  return on_air(status) ? settled : settled + seconds_since(status.settled_at, now.steady);
}

std::optional<double> unix_time(const std::optional<recovery::WallTime>& time) {
  return time ? std::optional(unix_seconds(*time)) : std::nullopt;
}

const monitor::ProcessSample* living_sample(const StreamSnapshot& s) {
  return s.status.pid && s.sample ? &*s.sample : nullptr;
}

double cpu_percent(const StreamSnapshot& s) {
  return living_sample(s) ? living_sample(s)->cpu_percent : 0;
}

double memory_mb(const StreamSnapshot& s) {
  return living_sample(s) ? static_cast<double>(living_sample(s)->rss_bytes) / bytes_per_mib : 0;
}

template <class Value>
std::optional<double> over_sinks(const StreamSnapshot& s, Value combine) {
  std::optional<double> result;
  for (const monitor::ConnectionSample& connection : s.connections) {
    if (connection.side == monitor::Side::output) result = combine(result.value_or(0), connection);
  }
  return result;
}

std::optional<double> sink_unsent_bytes(const StreamSnapshot& s) {
  return over_sinks(s, [](double sum, const monitor::ConnectionSample& connection) {
    return sum + number(connection.unsent_bytes + connection.unacked_bytes);
  });
}

std::optional<double> sink_rtt_seconds(const StreamSnapshot& s) {
  return over_sinks(s, [](double longest, const monitor::ConnectionSample& connection) {
    return std::max(longest, monitor::seconds(connection.rtt));
  });
}

// One series a stream.
struct Plain {
  FamilyInfo info;
  std::optional<double> (*value)(const StreamSnapshot& s, const ClockReading& now);
};

// Names, types and order are promised to dashboards and alert rules.
using S = const StreamSnapshot&;
using M = const ClockReading&;
constexpr Plain plain_series[] = {
    {{"radio_tracks_played_total", counter, "Distinct track plays."},
     [](S s, M) { return std::optional(s.track ? number(s.track->played_total) : 0.0); }},
    {{"radio_ffmpeg_restarts_total", counter, "FFmpeg launched again after having run."},
     [](S s, M) { return std::optional(number(s.totals.restarts)); }},
    {{"radio_ffmpeg_restarts_on_purpose_total", counter,
      "Those of radio_ffmpeg_restarts_total for which nothing was wrong."},
     [](S s, M) { return std::optional(number(s.totals.restarts_on_purpose)); }},
    {{"radio_stream_uptime_seconds", gauge,
      "Time since the stream last came on air; 0 while it is off."},
     [](S s, M now) { return std::optional(uptime_seconds(s.status, now)); }},
    {{"radio_current_track_duration_seconds", gauge,
      "How long the current track has been playing; 0 while no track is known."},
     [](S s, M now) { return std::optional(track_seconds(s, now)); }},
    {{"radio_current_track_live", gauge,
      "1 while what is on air is a live show, whose title may stand for hours."},
     [](S s, M) { return std::optional(plays_live(s) ? 1.0 : 0.0); }},
    {{"radio_ffmpeg_cpu_usage_percent", gauge, "CPU that FFmpeg uses; 100 is one CPU."},
     [](S s, M) { return std::optional(cpu_percent(s)); }},
    {{"radio_ffmpeg_memory_mb", gauge, "Resident set of FFmpeg in MiB."},
     [](S s, M) { return std::optional(memory_mb(s)); }},
    {{"radio_ffmpeg_memory_growth_bytes_per_second", gauge,
      "Trend of FFmpeg's resident set; none in the first 10 minutes of a launch."},
     [](S s, M) { return s.memory_growth_bytes_per_second; }},
    {{"radio_ffmpeg_memory_limit_forecast_seconds", gauge,
      "Time until FFmpeg's memory meets its limit; only while it grows significantly."},
     [](S s, M) { return s.memory_limit_seconds; }},
    {{"radio_ffmpeg_lag_seconds", gauge, "How far the output is behind its live source."},
     [](S s, M) { return s.lag_seconds; }},
    {{"radio_ffmpeg_lag_growth_ratio", gauge,
      "Trend of the lag, in seconds a second; none in the first minute of a launch."},
     [](S s, M) { return s.lag_growth; }},
    {{"radio_audio_stream_available", gauge,
      "1 while the source is there: by a look at it, FFmpeg's advance or its words, the latest."},
     [](S s, M) {
       return std::optional(s.status.source_available.value_or(on_air(s.status)) ? 1.0 : 0.0);
     }},
    {{"radio_rtmp_connection_status", gauge,
      "1 while the stream is on air by an RTMP output that takes data."},
     [](S s, M) {
       const bool taken = on_air(s.status) && s.has_rtmp_output && s.sink_is_taking.value_or(true);
       return std::optional(taken ? 1.0 : 0.0);
     }},
    {{"radio_sink_delivered_bytes_total", counter,
      "Bytes that the receiving servers acknowledged, by the kernel, over all launches."},
     [](S s, M) { return std::optional(number(s.totals.sink_delivered_bytes)); }},
    {{"radio_sink_delivered_bitrate_bps", gauge,
      "Bits per second that the receiving servers acknowledge, over the last seconds."},
     [](S s, M) { return s.delivered_bps; }},
    {{"radio_sink_unsent_bytes", gauge,
      "Bytes that FFmpeg has written to its sinks and that are not acknowledged."},
     [](S s, M) { return sink_unsent_bytes(s); }},
    {{"radio_sink_rtt_seconds", gauge, "Round-trip time to the sink; of several, the longest."},
     [](S s, M) { return sink_rtt_seconds(s); }},
    {{"radio_sink_retransmits_total", counter, "Segments sent again to sinks, over all launches."},
     [](S s, M) { return std::optional(number(s.totals.sink_retransmits)); }},
    {{"radio_source_received_bytes_total", counter,
      "Bytes that arrived from network sources, by the kernel, over all launches."},
     [](S s, M) { return std::optional(number(s.totals.source_received_bytes)); }},
    {{"radio_stream_on_air_seconds_total", counter,
      "Time on air since the supervisor started, up to the last advance of the output."},
     [](S s, M) { return std::optional(monitor::seconds(s.status.on_air_total)); }},
    {{"radio_ffmpeg_frames_total", counter, "Video frames encoded, over all launches."},
     [](S s, M) { return std::optional(number(s.totals.frames)); }},
    {{"radio_ffmpeg_dropped_frames_total", counter, "Frames FFmpeg dropped, over all launches."},
     [](S s, M) { return std::optional(number(s.totals.dropped_frames)); }},
    {{"radio_ffmpeg_duplicated_frames_total", counter,
      "Frames FFmpeg duplicated, over all launches."},
     [](S s, M) { return std::optional(number(s.totals.duplicated_frames)); }},
    {{"radio_ffmpeg_output_bytes_total", counter,
      "Bytes of the first output, over all launches; stands still where FFmpeg gives no size."},
     [](S s, M) { return std::optional(number(s.totals.output_bytes)); }},
    {{"radio_ffmpeg_fps", gauge, "Frames per second over the window, not since launch."},
     [](S s, M) { return s.fps; }},
    {{"radio_ffmpeg_speed_ratio", gauge, "Output time per wall time over the window; 1 is live."},
     [](S s, M) { return s.speed; }},
    {{"radio_ffmpeg_output_bitrate_bps", gauge,
      "Bits per second of the first output over the window, not since launch."},
     [](S s, M) { return s.bitrate_bps; }},
    {{"radio_ffmpeg_last_progress_timestamp_seconds", gauge,
      "Unix time of FFmpeg's last progress block."},
     [](S s, M) { return unix_time(s.last_progress_at); }},
    {{"radio_ffmpeg_start_timestamp_seconds", gauge, "Unix time of FFmpeg's last launch."},
     [](S s, M) { return unix_time(s.launched_at); }},
    {{"radio_ffmpeg_log_lines_suppressed_total", counter,
      "Lines of FFmpeg's log kept out of ours: repeats and floods."},
     [](S s, M) { return std::optional(number(s.log_lines_suppressed)); }},
    {{"radio_recovery_attempts", gauge,
      "Restart attempts spent since the stream was last healthy for a whole cooldown."},
     [](S s, M) { return std::optional<double>(s.status.attempts); }},
    {{"radio_recovery_escalated", gauge, "1 while the recovery is escalated."},
     [](S s, M) { return std::optional(s.status.escalated ? 1.0 : 0.0); }},
};

// Several series a stream: `emit` is called for each, with the labels beside `stream`.
using Emit = std::function<void(const Labels& labels, double value)>;
struct Labelled {
  FamilyInfo info;
  void (*each)(const StreamSnapshot& s, const Emit& emit);
};

void each_status(const StreamSnapshot& s, const Emit& emit) {
  const std::string_view present = ffmpeg_state(s.status);
  for (const std::string_view state : {"running", "stopped", "crashed"}) {
    emit({{"status", state}}, state == present ? 1 : 0);
  }
}

void each_state(const StreamSnapshot& s, const Emit& emit) {
  for (std::size_t i = 0; i < recovery::state_count; ++i) {
    const auto state = static_cast<recovery::State>(i);
    emit({{"state", recovery::name(state)}}, state == s.status.state ? 1 : 0);
  }
}

void each_severity(const StreamSnapshot& s, const Emit& emit) {
  emit({{"severity", "warning"}}, number(s.totals.errors_warning));
  emit({{"severity", "error"}}, number(s.totals.errors_error));
  emit({{"severity", "critical"}}, number(s.totals.errors_critical));
}

void each_log_level(const StreamSnapshot& s, const Emit& emit) {
  for (std::size_t i = 0; i < s.log_lines.size(); ++i) {
    emit({{"level", monitor::name(static_cast<monitor::LogLevel>(i))}}, number(s.log_lines[i]));
  }
}

// All causes, those at 0 too: increase() would not see the first incident of a series that was
// born with it.
void each_cause(const StreamSnapshot& s, const Emit& emit) {
  for (std::size_t i = 0; i < s.totals.incidents.size(); ++i) {
    const auto cause = static_cast<monitor::Cause>(i);
    emit({{"component", monitor::name(monitor::component_of(cause))},
          {"cause", monitor::name(cause)}},
         number(s.totals.incidents[i]));
  }
}

// What is wrong at this moment: a counter of incidents does not tell whether one is over.
void each_verdict(const StreamSnapshot& s, const Emit& emit) {
  std::array<bool, monitor::cause_count> present{};
  for (const monitor::Cause cause : s.warnings) present.at(static_cast<std::size_t>(cause)) = true;
  if (s.status.verdict) present.at(static_cast<std::size_t>(s.status.verdict->cause)) = true;
  for (std::size_t i = 0; i < present.size(); ++i) {
    const auto cause = static_cast<monitor::Cause>(i);
    emit({{"component", monitor::name(monitor::component_of(cause))},
          {"cause", monitor::name(cause)}},
         present[i] ? 1 : 0);
  }
}

void each_action(const StreamSnapshot& s, const Emit& emit) {
  for (std::size_t i = 0; i < s.totals.actions.size(); ++i) {
    emit({{"action", recovery::name(static_cast<recovery::DecisionKind>(i))}},
         number(s.totals.actions[i]));
  }
}

void each_anomaly(const StreamSnapshot& s, const Emit& emit) {
  for (std::size_t i = 0; i < s.anomalies.size(); ++i) {
    const auto& anomaly = s.anomalies[i];
    emit({{"kind", recovery::name(static_cast<recovery::AnomalyKind>(i))}},
         anomaly ? anomaly->score : 0);
  }
}

constexpr Labelled labelled_series[] = {
    {{"radio_errors_total", counter, "Warnings, off-air incidents and escalations."},
     each_severity},
    {{"radio_ffmpeg_status", gauge, "1 for what FFmpeg is: running, stopped or crashed."},
     each_status},
    {{"radio_stream_state", gauge, "1 for the state the stream is in."}, each_state},
    {{"radio_ffmpeg_log_lines_total", counter, "Lines FFmpeg wrote to its log."}, each_log_level},
    {{"radio_incidents_total", counter, "Incidents opened, by whose fault and why."}, each_cause},
    {{"radio_stream_verdict", gauge,
      "1 for what is wrong with the stream now: why it is off air, or the warnings that stand."},
     each_verdict},
    {{"radio_recovery_actions_total", counter, "Decisions of the recovery."}, each_action},
    {{"radio_stream_anomaly_score", gauge,
      "How far the stream is outside its own history: 0, or, while it is unusual, 1 and more."},
     each_anomaly},
};

struct Spread {
  FamilyInfo info;
  const recovery::Histogram& (*value)(const StreamSnapshot& s);
};
constexpr auto histogram = prometheus::MetricType::Histogram;
constexpr Spread spread_series[] = {
    {{"radio_track_switch_duration_seconds", histogram,
      "From the notice of a track change to the next advance of the output."},
     [](S s) -> const recovery::Histogram& { return s.totals.track_switch_seconds; }},
    {{"radio_incident_detection_seconds", histogram, "From the last good moment to the verdict."},
     [](S s) -> const recovery::Histogram& { return s.totals.detection_seconds; }},
    {{"radio_incident_off_air_seconds", histogram,
      "From the last good moment to being on air again."},
     [](S s) -> const recovery::Histogram& { return s.totals.off_air_seconds; }},
};

}  // namespace

std::vector<prometheus::MetricFamily> stream_families(const SnapshotStore::View& view,
                                                      const ClockReading& now) {
  std::vector<prometheus::MetricFamily> families;
  for (const Plain& series : plain_series) {
    prometheus::MetricFamily& family = families.emplace_back(make_family(series.info));
    for (const auto& stream : view.streams) {
      const auto value = series.value(*stream, now);
      if (value) add(family, {{"stream", stream->name}}, *value);
    }
    if (family.metric.empty()) families.pop_back();
  }
  for (const Labelled& series : labelled_series) {
    prometheus::MetricFamily& family = families.emplace_back(make_family(series.info));
    for (const auto& stream : view.streams) {
      series.each(*stream, [&](Labels labels, double value) {
        labels.insert(labels.begin(), {"stream", stream->name});
        add(family, labels, value);
      });
    }
  }
  for (const Spread& series : spread_series) {
    prometheus::MetricFamily& family = families.emplace_back(make_family(series.info));
    for (const auto& stream : view.streams) {
      add(family, {{"stream", stream->name}}, series.value(*stream));
    }
  }
  return families;
}

prometheus::MetricFamily alerts_family(const SnapshotStore::View& view) {
  prometheus::MetricFamily family =
      make_family({"radio_alerts_sent_total", counter,
                   "Tries to tell a receiver of an escalation, reminders that were taken aside."});
  if (!view.alerts) return family;
  for (const AlertCount& count : *view.alerts) {
    for (std::size_t i = 0; i < count.outcomes.size(); ++i) {
      const auto outcome = static_cast<recovery::alerts::Outcome>(i);
      add(family, {{"receiver", count.receiver}, {"outcome", recovery::alerts::name(outcome)}},
          number(count.outcomes[i]));
    }
  }
  return family;
}

prometheus::MetricFamily off_air_family(const SnapshotStore::View& view, const ClockReading& now,
                                        std::map<std::string, double>& floors) {
  prometheus::MetricFamily family = make_family({"radio_stream_off_air_seconds_total", counter,
                                                 "Time off air since the supervisor started, the "
                                                 "silence before a freeze was noticed included."});
  std::map<std::string, double> said;  // of streams that are no more, nothing is kept
  for (const auto& stream : view.streams) {
    const double before = floors[stream->name];
    const double value = std::max(before, off_air_seconds(stream->status, now));
    add(family, {{"stream", stream->name}}, said[stream->name] = value);
  }
  floors = std::move(said);
  return family;
}

}  // namespace http
