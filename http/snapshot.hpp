#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "http/log_lines.hpp"
#include "monitor/cause.hpp"
#include "monitor/connection_sample.hpp"
#include "monitor/evidence.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/host_sample.hpp"
#include "monitor/tracks/track_log.hpp"
#include "recovery/alerts/outcome.hpp"
#include "recovery/status.hpp"
#include "recovery/stream_recorder.hpp"

namespace http {

// What the latest look at a stream's AzuraCast found.
struct AzuracastState {
  enum class Health : std::uint8_t { healthy, degraded, unhealthy };
  Health health = Health::unhealthy;  // healthy and degraded: it answers
  std::string sentence;               // secrets are masked
  monitor::Duration took{};
  recovery::WallTime since{};  // … it has been so
};

// What is on air at a stream's station, as far as AzuraCast told.
struct TrackState {
  std::optional<monitor::CurrentTrack> current;
  std::optional<monitor::Instant> playing_since;  // empty: no track, or the station is off line
  bool is_online = true;
  std::uint64_t played_total = 0;
  std::string overdue = {};  // a sentence, while AzuraCast names a track that is long over
};

// What the outside may know of one stream at one moment. Immutable once published; secrets are
// already masked in every string.
struct StreamSnapshot {
  std::string name;
  std::shared_ptr<const std::vector<std::string>> command;
  bool reports_progress = true;
  bool has_rtmp_output = false;
  recovery::Status status;
  recovery::Totals totals;
  std::shared_ptr<const std::vector<recovery::HistoryEntry>> history;  // newest first
  std::shared_ptr<const std::vector<recovery::IncidentRecord>>
      incidents;  // newest first, open ones too
  std::optional<recovery::WallTime> last_restart_at;
  std::optional<recovery::WallTime> last_progress_at;  // of the last block
  std::optional<recovery::WallTime> launched_at;
  bool auto_recovery_enabled = true;
  std::vector<monitor::Cause> warnings;  // that are open; what it is off air for is in `status`
  // of the present child
  std::optional<monitor::Progress> progress;
  std::optional<monitor::ProcessSample> sample;
  std::optional<double> fps, speed, bitrate_bps, baseline_bps;  // over the window
  // what the witnesses outside FFmpeg last said of it
  std::vector<std::string> witnesses;  // sentences, the most telling first
  monitor::ConnectionSamples connections;
  std::optional<double> delivered_bps;  // to the sinks, over the last seconds
  std::optional<bool> sink_is_taking;   // empty: no witness can tell
  std::optional<monitor::HostSample> host;
  // its trends
  std::optional<double> memory_growth_bytes_per_second, memory_limit_seconds;
  std::optional<double> lag_seconds, lag_growth;
  // the station
  std::optional<TrackState> track;          // null: the stream hears of none
  std::optional<AzuracastState> azuracast;  // null: it is not asked, or has not answered yet
  // of the stream, over all its lives
  recovery::Anomalies anomalies;
  // the source and the fallback
  std::shared_ptr<const std::vector<std::string>> fallback;  // its command; null: there is none
  // FFmpeg's log
  std::array<std::uint64_t, monitor::log_level_count> log_lines{};
  std::uint64_t log_lines_suppressed = 0;
};

// What became of the alerts for one receiver.
struct AlertCount {
  std::string receiver;
  std::array<std::uint64_t, recovery::alerts::outcome_count> outcomes{};
};

// What became of the tries to hand the metrics to another system.
struct ExportCount {
  std::string exporter;  // "pushgateway", "statsd", "otlp"
  std::uint64_t delivered = 0, failed = 0;
};

// What the latest look at a dependency found.
struct DependencyState {
  std::string name;
  bool up = false;
  std::string sentence;  // secrets are masked
  monitor::Duration took{};
  recovery::WallTime since{};  // … it has been up, or down
};

// What became of the latest reading of the configuration.
struct ConfigState {
  bool successful = true;
  std::string message;              // why it was not; secrets are masked
  recovery::WallTime succeeded_at;  // the latest that was
};

// The one place where the supervising loop and the HTTP thread meet. Thread-safe. The loop
// publishes, HTTP reads; neither waits for the other longer than it takes to copy a few pointers.
class SnapshotStore {
 public:
  // With places 0 … streams - 1, in this order.
  explicit SnapshotStore(std::size_t streams) {
    for (std::size_t place = 0; place < streams; ++place) streams_.push_back({place, nullptr});
  }

  // The places there are from now on, in this order; those that stay keep what they show. A number
  // that is no more is not to be used again for another stream.
  void arrange(const std::vector<std::size_t>& places) {
    const std::scoped_lock lock(mutex_);
    std::vector<Place> arranged;
    for (const std::size_t number : places) {
      const Place* known = find(number);
      arranged.push_back(known ? *known : Place{number, nullptr});
    }
    streams_ = std::move(arranged);
    ++version_;
  }

  // The stream at this place; nothing where the place is no more. One that was never published is
  // not shown.
  void publish(std::size_t place, std::shared_ptr<const StreamSnapshot> snapshot) {
    const std::scoped_lock lock(mutex_);
    if (Place* known = find(place)) known->snapshot = std::move(snapshot);
    ++version_;
  }

  void publish(std::shared_ptr<const ConfigState> config) {
    const std::scoped_lock lock(mutex_);
    config_ = std::move(config);
    ++version_;
  }

  void publish(std::shared_ptr<const std::vector<AlertCount>> alerts) {
    const std::scoped_lock lock(mutex_);
    alerts_ = std::move(alerts);
    ++version_;
  }

  void publish(std::shared_ptr<const std::vector<DependencyState>> dependencies) {
    const std::scoped_lock lock(mutex_);
    dependencies_ = std::move(dependencies);
    ++version_;
  }

  void publish(std::shared_ptr<const std::vector<ExportCount>> exports) {
    const std::scoped_lock lock(mutex_);
    exports_ = std::move(exports);
    ++version_;
  }

  struct View {
    std::vector<std::shared_ptr<const StreamSnapshot>> streams;
    std::shared_ptr<const std::vector<AlertCount>> alerts;  // null: nobody is told
    // Those that were looked at yet, in the order of the configuration. Null: none was.
    std::shared_ptr<const std::vector<DependencyState>> dependencies;
    std::shared_ptr<const ConfigState> config;                // null: not known
    std::shared_ptr<const std::vector<ExportCount>> exports;  // null: nothing is exported
    std::uint64_t version = 0;                                // grows with each publish
  };
  View read() const {
    const std::scoped_lock lock(mutex_);
    View view{{}, alerts_, dependencies_, config_, exports_, version_};
    view.streams.reserve(streams_.size());
    for (const Place& place : streams_) {
      if (place.snapshot) view.streams.push_back(place.snapshot);
    }
    return view;
  }

  LogLines log;  // of the whole program; has its own lock

 private:
  struct Place {
    std::size_t number;
    std::shared_ptr<const StreamSnapshot> snapshot;
  };
  Place* find(std::size_t number) {
    for (Place& place : streams_) {
      if (place.number == number) return &place;
    }
    return nullptr;
  }

  mutable std::mutex mutex_;
  std::vector<Place> streams_;
  std::shared_ptr<const std::vector<AlertCount>> alerts_;
  std::shared_ptr<const std::vector<DependencyState>> dependencies_;
  std::shared_ptr<const ConfigState> config_;
  std::shared_ptr<const std::vector<ExportCount>> exports_;
  std::uint64_t version_ = 0;
};

}  // namespace http
