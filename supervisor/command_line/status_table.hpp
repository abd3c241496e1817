#pragma once

#include <optional>
#include <string>
#include <vector>

#include <boost/json/value.hpp>

namespace supervisor {

// One stream of the answer of GET /api/v1/streams, for display.
struct StreamRow {
  std::string name, state, cause;
  std::optional<std::int64_t> pid, restarts;
  std::optional<double> uptime_seconds, fps, speed, bitrate_bps;
};

// Throws std::runtime_error for an answer that is not ffsupervisor's.
std::vector<StreamRow> read_rows(const boost::json::value& answer);

// Aligned columns under a head line; "-" where nothing is known.
std::string print_table(const std::vector<StreamRow>& rows);

bool every_stream_on_air(const std::vector<StreamRow>& rows);

}  // namespace supervisor
