#pragma once

#include <optional>
#include <string_view>

#include "recovery/wall_time.hpp"

namespace supervisor {

// The reverse of recovery::rfc3339: "2025-11-05T10:00:00.123Z". Also without a fraction, with one
// of up to nine digits, and with an offset (+01:00). Empty: anything else.
std::optional<recovery::WallTime> parse_timestamp(std::string_view text);

}  // namespace supervisor
