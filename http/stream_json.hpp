#pragma once

#include <boost/json/value.hpp>

#include "http/clock_reading.hpp"
#include "http/snapshot.hpp"

namespace http {

// The objects of the API. Times are RFC 3339 in UTC with milliseconds; unknown values are null.

boost::json::object stream_json(const StreamSnapshot& stream, const ClockReading& now);
// restart_count, last_restart_time, audio_retry_count, recent_attempts (of the last hour),
// auto_recovery_enabled.
boost::json::object recovery_json(const StreamSnapshot& stream, const ClockReading& now);
// Of the latest read of the configuration.
boost::json::object config_json(const Program& program);

}  // namespace http
