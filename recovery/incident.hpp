#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "recovery/policy.hpp"
#include "recovery/wall_time.hpp"

namespace recovery {

// From leaving health to being back.
struct Incident {
  std::uint64_t number = 0;  // counted from 1 in this stream and this life of the supervisor
  bool off_air = false;      // false: a warning; the stream stayed on air
  bool was_on_air = false;   // of one off air: the stream had been; else last_good_at is its launch
  Instant last_good_at{};
  Instant detected_at{};
  std::optional<Instant> resolved_at;
  monitor::Cause cause{};
  monitor::Cause raised_by{};         // of a warning: the detector's finding
  std::string raised_on;              // … and the output that it is about
  std::string output;                 // of a sink's: which one, where that is known
  std::vector<std::string> evidence;  // at most monitor::evidence_limit
  std::vector<std::string> actions;   // what was done about it, at most `actions_limit`, the newest

  static constexpr std::size_t actions_limit = 32;
};

// An incident with wall-clock times and its id, as API, journal and log show it.
struct IncidentRecord {
  std::string id;  // "radio-1763925600123-4": stream, ms of detection, number
  bool off_air = false;
  monitor::Cause cause{};
  std::string output;  // of a sink's: which one, where that is known
  WallTime last_good_at{};
  WallTime detected_at{};
  std::optional<WallTime> resolved_at;
  std::vector<std::string> evidence;
  std::vector<std::string> actions;
  double off_air_seconds = 0;  // while open: as far as it was known at detection; of a warning: 0
  double covered_seconds = 0;  // of it: something stood in; once it is resolved
};

}  // namespace recovery
