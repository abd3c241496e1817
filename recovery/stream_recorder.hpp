#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/traffic.hpp"
#include "recovery/action.hpp"
#include "recovery/anomaly_watch.hpp"
#include "recovery/decision_outcomes.hpp"
#include "recovery/event.hpp"
#include "recovery/history.hpp"
#include "recovery/incident.hpp"
#include "recovery/newest_first.hpp"
#include "recovery/persisted_state.hpp"
#include "recovery/status.hpp"
#include "recovery/track_switch.hpp"
#include "recovery/wall_time.hpp"

namespace recovery {

// Cumulative histogram in Prometheus's sense; `counts[i]` is of values ≤ bounds[i], the last of
// all.
struct Histogram {
  std::vector<double> bounds;
  std::vector<std::uint64_t> counts;  // one more than bounds
  double sum = 0;

  explicit Histogram(std::vector<double> upper_bounds);
  void observe(double value);
};

// Everything countable since this supervisor started. Only grows.
struct Totals {
  std::uint64_t launches = 0;
  std::uint64_t restarts = 0;             // launched again after having run
  std::uint64_t restarts_on_purpose = 0;  // … of those: requested, nothing was wrong
  std::uint64_t errors_warning = 0;       // warnings opened
  std::uint64_t errors_error = 0;         // off-air incidents opened
  std::uint64_t errors_critical = 0;      // escalations
  std::uint64_t frames = 0;
  std::uint64_t dropped_frames = 0;
  std::uint64_t duplicated_frames = 0;
  std::uint64_t output_bytes = 0;
  std::uint64_t sink_delivered_bytes = 0;  // acknowledged by the receiving servers
  std::uint64_t sink_retransmits = 0;      // segments
  std::uint64_t source_received_bytes = 0;
  std::array<std::uint64_t, monitor::cause_count> incidents{};
  std::array<std::uint64_t, decision_kind_count> actions{};
  Histogram detection_seconds{{0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300}};
  Histogram track_switch_seconds{{0.1, 0.2, 0.5, 1, 2, 5, 10}};
  std::uint64_t switches_to_cover = 0;    // of held outputs
  std::uint64_t switches_to_encoder = 0;  // … after the first
  Histogram hole_seconds{{0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10, 30, 60}};
  Histogram off_air_seconds{{0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600}};
};

// Remembers and counts what the core did: an observer of (event, step, status), never a decider.
// Its lists are bounded, newest first, and shared: a snapshot holds the very list, which is
// replaced, never changed, when something is added.
class StreamRecorder {
 public:
  StreamRecorder(std::string stream, std::size_t max_incidents);
  StreamRecorder(const StreamRecorder&) = delete;
  StreamRecorder& operator=(const StreamRecorder&) = delete;

  // Before the first record: what an earlier life remembered. Its incidents are listed, not
  // counted; the one off air that is open closes when the stream comes on air.
  void adopt(const PersistedState& past, WallTime wall);

  // After each step. `wall` is the wall clock at `now`.
  void record(const Event& event, const Step& step, const Status& status, Instant now,
              WallTime wall);

  const Totals& totals() const { return totals_; }
  std::shared_ptr<const EntryList<HistoryEntry>> history() const { return history_.copy(); }
  std::shared_ptr<const EntryList<IncidentRecord>> incidents() const { return incidents_.copy(); }
  std::optional<WallTime> last_restart_at() const { return last_restart_at_; }

  // `delivered`: at least one receiver has accepted the escalation's alert; false: all gave up.
  void on_alert(bool delivered) { outcomes_.on_alert(delivered); }

  const AnomalyWatch& anomalies() const { return anomalies_; }
  // Those that began or ended since the last call.
  std::vector<AnomalyChange> take_anomaly_changes() { return anomalies_.take_changes(); }

  // The incidents that were opened, changed or closed since the last call.
  std::vector<IncidentRecord> take_changed();

  static constexpr std::size_t history_limit = 200;

 private:
  struct OpenIncident {
    std::uint64_t number;
    std::string id;
    Duration covered_before{};  // when it was opened
  };
  struct ClockReading {
    Instant now;
    WallTime wall;
    WallTime of(Instant instant) const;
  };

  void count(const Launched& event, const ClockReading& moment);
  void count(const monitor::Progress& progress, Generation generation);
  void count(const monitor::ConnectionSamples& connections);
  void count(const Switched& event);
  void note(const Notice& notice, bool came_on_air, const ClockReading& moment);
  void note(const Decided& decision, const ClockReading& moment);
  void open(const Incident& incident, const ClockReading& moment);
  void close(const Incident& incident, bool came_on_air, const ClockReading& moment);
  double covered_within(const Incident& incident) const;
  void close_adopted(const ClockReading& moment);
  void note(const IncidentChanged& changed);
  IncidentRecord* find_open(std::uint64_t number);
  void mark_changed(const std::string& id);
  IncidentRecord* find(const std::string& id);

  std::string stream_;
  Totals totals_;
  NewestFirst<HistoryEntry> history_{history_limit};
  NewestFirst<IncidentRecord> incidents_;
  std::optional<WallTime> last_restart_at_;
  DecisionOutcomes outcomes_{history_};
  std::vector<OpenIncident> open_incidents_;  // as many as the core has open: a handful
  std::optional<std::string> adopted_;        // the id of the earlier life's open incident
  std::vector<std::string> changed_;          // ids; one for each open one at most
  // The highest counters of the present life. Highest, not last: 7.1's last block steps back.
  Generation counted_generation_ = 0;
  std::uint64_t counted_frames_ = 0;
  std::uint64_t counted_dropped_ = 0;
  std::uint64_t counted_duplicated_ = 0;
  std::uint64_t counted_bytes_ = 0;
  monitor::Traffic traffic_;
  Duration covered_{};  // in all, by the latest status
  AnomalyWatch anomalies_;
  TrackSwitch track_switch_;
};

}  // namespace recovery
