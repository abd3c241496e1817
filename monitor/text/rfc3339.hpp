#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace monitor {

// "2025-11-05T10:00:00.123Z": UTC, milliseconds, rounded down.
std::string rfc3339(std::chrono::system_clock::time_point time);

// The reverse. Takes what other writers of RFC 3339 give, too: no fraction, one of up to nine
// digits, an offset (+01:00). Empty: anything else.
std::optional<std::chrono::system_clock::time_point> parse_rfc3339(std::string_view text);

}  // namespace monitor
