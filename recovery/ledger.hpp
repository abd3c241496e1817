#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/stderr_log.hpp"
#include "recovery/action.hpp"
#include "recovery/event.hpp"
#include "recovery/incident.hpp"
#include "recovery/status.hpp"

namespace recovery {

using WallTime = std::chrono::system_clock::time_point;

// One decision, as told to the outside.
struct HistoryEntry {
  DecisionKind action{};
  WallTime timestamp{};
  std::string reason;
  double delay_seconds = 0;
  unsigned attempt = 0;
  // What became of it: empty while open, true once the stream came on air, false when it failed again.
  std::optional<bool> success;
};

// An incident with wall-clock times and its id, as told to the outside.
struct IncidentRecord {
  std::string id;  // "radio-1763925600123-4": stream, ms of detection, number
  bool off_air = false;
  monitor::Cause cause{};
  WallTime last_good_at{};
  WallTime detected_at{};
  std::optional<WallTime> resolved_at;
  std::vector<std::string> evidence;
  std::vector<std::string> actions;
  double off_air_seconds = 0;  // of a warning: 0
};

// Cumulative histogram in Prometheus's sense; `counts[i]` is of values ≤ bounds[i], the last of all.
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
  std::uint64_t restarts = 0;  // launched again after having run
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

// Remembers and counts what the core did: an observer of (event, step, status), never a decider. Its
// lists are bounded, newest first, and shared: a snapshot holds the very list, which is replaced,
// never changed, when something is added.
class Ledger {
 public:
  Ledger(std::string stream, std::size_t max_incidents);

  // After each step. `wall` is the wall clock at `now`.
  void record(const Event& event, const Step& step, const Status& status, Instant now,
              WallTime wall);

  const Totals& totals() const { return totals_; }
  std::shared_ptr<const std::vector<HistoryEntry>> history() const { return history_; }
  std::shared_ptr<const std::vector<IncidentRecord>> incidents() const { return incidents_; }
  std::optional<WallTime> last_restart_at() const { return last_restart_at_; }
  // restart_ffmpeg decisions of the last hour.
  unsigned recent_attempts(WallTime wall) const;

  static constexpr std::size_t history_limit = 200;

 private:
  std::string stream_;
  std::size_t max_incidents_;
  Totals totals_;
  std::shared_ptr<const std::vector<HistoryEntry>> history_;
  std::shared_ptr<const std::vector<IncidentRecord>> incidents_;
  std::optional<WallTime> last_restart_at_;
  // counters of the present life, to sum over lives
  Generation counted_generation_ = 0;
  monitor::Progress counted_;
};

}  // namespace recovery
