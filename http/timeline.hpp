#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// A stream's past in a few cells, for a strip that is read at a glance: the last hour, day and
// month. One character a cell, the oldest first, the worst that the cell holds. Pure.
struct TimelineSpan {
  std::string_view name;
  std::chrono::seconds cell;
};
inline constexpr std::size_t timeline_cells = 60;
inline constexpr std::array<TimelineSpan, 3> timeline_spans{{
    {"hour", std::chrono::minutes(1)},
    {"day", std::chrono::minutes(24)},
    {"month", std::chrono::hours(12)},
}};

enum class TimelineCell : char {
  unwatched = '.',  // no supervisor ran, or nothing is known of that time
  on_air = '+',
  stopped = 'o',  // as asked
  warning = '~',
  off_air = '-',
};

// The cells up to now; the last one is of the present.
std::string timeline_of(const StreamSnapshot& stream, const TimelineSpan& span,
                        const ClockReading& now);

}  // namespace http
