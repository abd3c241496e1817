#pragma once

#include <cstddef>
#include <string_view>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// What is told of a stream's past. Pure.

// The member `availability` of a stream's object.
boost::json::object availability_json(const StreamSnapshot& stream, const ClockReading& now);
// {"name", "hour", "day", "month"}: see timeline_of.
boost::json::object timeline_json(const StreamSnapshot& stream, const ClockReading& now);

// What recovery did, newest first, at most `limit`.
boost::json::array history_json(const StreamSnapshot& stream, std::size_t limit);
// While it is open, `off_air_seconds` is the time until `as_of`.
boost::json::object incident_json(std::string_view stream, const recovery::IncidentRecord& incident,
                                  recovery::WallTime as_of);

}  // namespace http
