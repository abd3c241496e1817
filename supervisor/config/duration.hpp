#pragma once

#include <string>

#include "monitor/time.hpp"

namespace supervisor {

// Durations as the configuration writes them: "30s", "1m30s", "500ms", "2h", "1.5" (seconds).
//
// parse: at most 366 days; throws ConfigError with the text and what was expected. print: the
// shortest such text; parse gives the same duration back.
monitor::Duration parse_duration(const std::string& text);
std::string print_duration(monitor::Duration duration);

}  // namespace supervisor
