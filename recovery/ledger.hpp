#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/stderr_log.hpp"
#include "recovery/action.hpp"
#include "recovery/event.hpp"
#include "recovery/incident.hpp"
#include "recovery/newest_first.hpp"
#include "recovery/status.hpp"
#include "recovery/wall_time.hpp"

namespace recovery {

// One decision, as told to the outside.
struct HistoryEntry {
  DecisionKind action{};
  WallTime timestamp{};
  std::string reason;
  double delay_seconds = 0;
  unsigned attempt = 0;
  // What became of it: empty while open, true once the stream came on air, false when it failed
  // again.
  std::optional<bool> success;
};

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
  std::uint64_t restarts = 0;         // launched again after having run
  std::uint64_t errors_warning = 0;   // warnings opened
  std::uint64_t errors_error = 0;     // off-air incidents opened
  std::uint64_t errors_critical = 0;  // escalations
  std::uint64_t frames = 0;
  std::uint64_t dropped_frames = 0;
  std::uint64_t duplicated_frames = 0;
  std::uint64_t output_bytes = 0;
  std::array<std::uint64_t, monitor::cause_count> incidents{};
  std::array<std::uint64_t, decision_kind_count> actions{};
  Histogram detection_seconds{{0.1, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300}};
  Histogram off_air_seconds{{0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1800, 3600}};
};

// Remembers and counts what the core did: an observer of (event, step, status), never a decider.
// Its lists are bounded, newest first, and shared: a snapshot holds the very list, which is
// replaced, never changed, when something is added.
class Ledger {
 public:
  Ledger(std::string stream, std::size_t max_incidents);

  // After each step. `wall` is the wall clock at `now`.
  void record(const Event& event, const Step& step, const Status& status, Instant now,
              WallTime wall);

  const Totals& totals() const { return totals_; }
  std::shared_ptr<const std::vector<HistoryEntry>> history() const { return history_.copy(); }
  std::shared_ptr<const std::vector<IncidentRecord>> incidents() const { return incidents_.copy(); }
  std::optional<WallTime> last_restart_at() const { return last_restart_at_; }
  // restart_ffmpeg decisions of the last hour, as far back as the history reaches.
  unsigned recent_attempts(WallTime wall) const;

  static constexpr std::size_t history_limit = 200;

 private:
  // A restart that was decided and has not shown yet what became of it. It can fail only once it
  // was launched: the exit of the child before it says nothing about it.
  struct OpenRestart {
    std::optional<Generation> launched;
  };
  struct OpenIncident {
    std::uint64_t number;
    std::string id;
    bool off_air;
  };
  struct Moment {
    Instant now;
    WallTime wall;
    WallTime of(Instant instant) const;
  };

  void count(const Launched& event, const Moment& moment);
  void count(const monitor::Progress& progress, Generation generation);
  void note(const Notice& notice, bool came_on_air, const Moment& moment);
  void note(const Decided& decision, const Moment& moment);
  void open(const Incident& incident, const Moment& moment);
  void close(const Incident& incident, bool came_on_air, const Moment& moment);
  void judge_restart(const Event& event);
  void finish_restart(bool success);
  void add_action(const Decided& decision);
  IncidentRecord* find(const std::string& id);

  std::string stream_;
  Totals totals_;
  NewestFirst<HistoryEntry> history_{history_limit};
  NewestFirst<IncidentRecord> incidents_;
  std::optional<WallTime> last_restart_at_;
  std::optional<OpenRestart> open_restart_;
  std::vector<OpenIncident> open_incidents_;  // as many as the core has open: a handful
  // The highest counters of the present life. Highest, not last: 7.1's last block steps back.
  Generation counted_generation_ = 0;
  std::uint64_t counted_frames_ = 0;
  std::uint64_t counted_dropped_ = 0;
  std::uint64_t counted_duplicated_ = 0;
  std::uint64_t counted_bytes_ = 0;
};

}  // namespace recovery
