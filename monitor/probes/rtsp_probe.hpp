#pragma once

#include <boost/asio/awaitable.hpp>

#include "monitor/probes/finding.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Asks an RTSP server as FFmpeg would, an OPTIONS and a DESCRIBE, and closes the connection before
// any session exists. It never sends credentials: a camera locks an account out after some wrong
// ones, and FFmpeg itself finds out whether they are right. `took` is left to the caller.
boost::asio::awaitable<Finding> probe_rtsp(Target target, Instant deadline);

}  // namespace monitor::probes
