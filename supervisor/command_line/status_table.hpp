#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

#include "supervisor/command_line/screen.hpp"

namespace supervisor {

// One stream of the answer of GET /api/v1/streams, for display.
struct StreamRow {
  std::string name, state, cause;
  std::string since;                // RFC 3339; empty: not known
  std::string what_now;             // the runbook's first step
  std::string sentence;             // the first of the cause's evidence
  std::vector<std::string> doubts;  // on air, and not certain to stay: sentences
  std::optional<std::int64_t> pid, restarts;
  std::optional<double> uptime_seconds, fps, speed, bitrate_bps, next_attempt_seconds;
  bool is_escalated = false;
  bool has_ended = false;  // for good
};

// Throws std::runtime_error for an answer that is not ffsupervisor's.
std::vector<StreamRow> read_rows(const boost::json::value& answer);

// Aligned columns under a head line; "-" where nothing is known.
std::string print_table(const std::vector<StreamRow>& rows, bool has_colours = false);

// Not on air, or on air with something wrong or in doubt.
bool has_trouble(const StreamRow& row);

// Green on air, yellow on air with trouble or covered, red else.
Colour colour_of(const StreamRow& row);

// "3m12s"
std::string print_uptime(double seconds);

// Why the latest read of its configuration failed; empty: it did not.
std::string failed_reload(const boost::json::value& answer);

bool every_stream_on_air(const std::vector<StreamRow>& rows);

}  // namespace supervisor
