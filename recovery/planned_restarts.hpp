#pragma once

#include <optional>
#include <string>

#include "monitor/cause.hpp"
#include "recovery/policy.hpp"

namespace recovery {

// When a child with which nothing is wrong is replaced: for another track, or by plan at a moment
// that suits. A value, about the present child of the primary.
class PlannedRestarts {
 public:
  // Between two launches for tracks: jingles that follow one another share one.
  static constexpr Duration between_tracks = 5s;

  // A new child: it plays the present track, and nothing is forecast of it.
  void on_launch() { *this = {}; }
  // `restarts`: another track needs another launch.
  void on_track_change(bool restarts) { track_waits_ = restarts; }
  // `left`: until the memory limit, by the forecast.
  void on_memory_forecast(const PlannedRestart& plan, std::optional<Duration> left, Instant now);

  struct Due {
    monitor::Cause cause;  // track_change, or restart_requested: by plan
    std::string reason;    // of a decision; empty for a track, which needs none
  };
  // What is to be done now. `at_track_change`: the moment that a planned restart waits for.
  std::optional<Due> due(const Policy& policy, Instant launched_at, bool at_track_change,
                         Instant now) const;
  // When something is due at the latest.
  Instant deadline(const Policy& policy, Instant launched_at) const;

 private:
  std::optional<std::string> reason(const Policy& policy, Instant launched_at, Instant now) const;

  bool track_waits_ = false;                 // for the interval between tracks
  std::optional<Instant> memory_due_since_;  // the forecast has wanted a restart of this child
};

}  // namespace recovery
