#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/ffmpeg/audio_level.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/output.hpp"
#include "monitor/readings.hpp"
#include "monitor/tracks/track_log.hpp"
#include "recovery/alert.hpp"
#include "recovery/alerts/outcome.hpp"
#include "recovery/status.hpp"
#include "recovery/stream_recorder.hpp"

namespace http {

// Result of the latest request to a stream's AzuraCast.
struct AzuracastState {
  enum class Health : std::uint8_t { healthy, degraded, unhealthy };
  Health health = Health::unhealthy;  // healthy and degraded: it responds
  bool up = false;                    // it reports the station, on line or not
  std::string sentence;               // secrets are masked
  monitor::Duration took{};
  recovery::WallTime since{};  // … it has been so
};

// The current track of a stream's station, as AzuraCast reported it.
struct TrackState {
  std::optional<monitor::CurrentTrack> current;
  std::optional<monitor::Instant> playing_since;  // empty: no track, or the station is offline
  bool is_online = true;
  std::uint64_t played_total = 0;
  std::string overdue = {};  // a sentence, while AzuraCast reports a track that should be long over
};

// One output of a stream, over all launches.
struct OutputSnapshot {
  std::string name;
  monitor::OutputState state = monitor::OutputState::stopped;
  bool required = false;
  bool is_rtmp = false;
  std::string sentence = {};                          // what is wrong; empty: nothing
  std::string unseen = {};                            // why it cannot be seen; empty: it can
  std::optional<std::uint64_t> delivered_bytes = {};  // empty: no connection shows it
  std::uint64_t restarts = 0;                         // FFmpeg was launched anew for it
  bool is_held = false;                               // published by an FFmpeg of its own:
  std::optional<monitor::Instant> since = {};         // … the state
  std::optional<pid_t> pid = {};                      // … while it lives
  std::optional<std::uint64_t> dropped_bytes = {};    // that its queue could not hold
};

// A small picture of what went out.
struct Picture {
  std::shared_ptr<const std::string> jpeg;  // never null
  recovery::WallTime taken_at{};
};

// The level of the sound that went out.
struct Level {
  monitor::AudioLevel value;
  monitor::Instant at{};
};

// What is shown of what goes out, where that is asked for.
struct PreviewSnapshot {
  std::optional<monitor::Duration> picture_every = {};  // empty: none is asked for
  bool measures_level = false;
  std::optional<Picture> picture = {};  // the newest, of whatever age
  std::optional<Level> level = {};
};

// The public state of one stream at one moment. Immutable once published; secrets are already
// masked in every string.
struct StreamSnapshot {
  std::string name;
  recovery::StreamServers servers;
  std::shared_ptr<const std::vector<std::string>> command;
  bool reports_progress = true;
  bool has_rtmp_output = false;
  recovery::Status status;
  recovery::Totals totals;
  std::shared_ptr<const recovery::EntryList<recovery::HistoryEntry>> history;  // newest first
  std::shared_ptr<const recovery::EntryList<recovery::IncidentRecord>>
      incidents;  // newest first, open ones too
  std::optional<recovery::WallTime> last_restart_at;
  std::optional<recovery::WallTime> last_progress_at;  // of the last block
  std::optional<recovery::WallTime> launched_at;
  bool auto_recovery_enabled = true;
  // What "no progress" and "stable" are measured by.
  std::optional<monitor::Instant> advanced_at;  // the present child's output, the last time
  monitor::Duration stats_period{};
  monitor::Duration freeze_timeout{};
  monitor::Duration restart_cooldown{};
  // The times since `watched_since` in which no supervisor ran, newest first.
  std::optional<recovery::WallTime> watched_since;
  std::shared_ptr<const std::vector<recovery::UnwatchedSpan>> unwatched;
  std::vector<monitor::Cause> warnings;  // open ones; the cause of being off air is in `status`
  std::string covered;  // what stands in for "sound", "picture and sound"; "fallback"; or nothing
  std::vector<OutputSnapshot> outputs;  // of the command, then those of the fallback alone
  // Measured of the current child; empty without one.
  monitor::Readings readings;
  PreviewSnapshot preview;
  // the station
  bool expects_tracks = false;              // the configuration names one, or uses what it reports
  std::optional<TrackState> track;          // null: the stream has no source of tracks
  std::optional<AzuracastState> azuracast;  // null: not configured, or not answered yet
  // of the stream, over all launches
  recovery::Anomalies anomalies;
  // the source and the fallback
  std::shared_ptr<const std::vector<std::string>> fallback;  // its command; null: there is none
  bool fallback_stands_by = false;                           // it lives beside the encoder
  // FFmpeg's log
  std::array<std::uint64_t, monitor::log_level_count> log_lines{};
  std::uint64_t log_lines_suppressed = 0;
};

// Deliveries of alerts to one receiver, counted by outcome.
struct AlertCount {
  std::string receiver;
  std::array<std::uint64_t, recovery::alerts::outcome_count> outcomes{};
};

// Attempts to export the metrics to one system.
struct ExportCount {
  std::string exporter;  // "pushgateway", "statsd", "otlp"
  std::uint64_t delivered = 0, failed = 0;
};

// Result of the latest probe of a dependency.
struct DependencyState {
  std::string name;
  bool up = false;
  std::string sentence;  // secrets are masked
  monitor::Duration took{};
  recovery::WallTime since{};  // … it has been up, or down
};

// Result of the latest read of the configuration.
struct ConfigState {
  bool successful = true;
  std::string message;              // why it failed; secrets are masked
  recovery::WallTime succeeded_at;  // of the latest successful read
};

// Values of the whole program. Each part is published by its owner, immutable, and null until then.
struct Program {
  std::shared_ptr<const ConfigState> config;
  std::shared_ptr<const std::vector<AlertCount>> alerts;  // null: no receiver is configured
  // Those that were probed, in the order of the configuration.
  std::shared_ptr<const std::vector<DependencyState>> dependencies;
  std::shared_ptr<const std::vector<ExportCount>> exports;  // null: no exporter is configured
  std::shared_ptr<const recovery::Histogram> loop_delay;    // of the supervising loop, in seconds
};

}  // namespace http
