#pragma once

#include <boost/json/object.hpp>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// What is told of a stream's past. Pure.

// The member `availability` of a stream's object.
boost::json::object availability_json(const StreamSnapshot& stream, const ClockReading& now);
// {"name", "hour", "day", "month"}: see timeline_of.
boost::json::object timeline_json(const StreamSnapshot& stream, const ClockReading& now);

}  // namespace http
