#pragma once

#include <string_view>

#include <boost/json/value.hpp>

#include "http/clock_reading.hpp"
#include "http/reply.hpp"
#include "http/snapshot.hpp"

namespace http {

// What may be shown of what goes out: nothing that is old, nothing while nothing goes out. Pure.

// Null: there is none at present.
const Picture* present_picture(const StreamSnapshot& stream, const ClockReading& now);
const Level* present_level(const StreamSnapshot& stream, const ClockReading& now);

// {"taken_at", "interval_seconds"}, or null.
boost::json::value picture_json(const StreamSnapshot& stream, const ClockReading& now);
// {"rms_dbfs", "peak_dbfs"}, or null.
boost::json::value level_json(const StreamSnapshot& stream, const ClockReading& now);

// The picture itself. 404 says why there is none.
Reply picture_reply(const StreamSnapshot& stream, const ClockReading& now);

}  // namespace http
