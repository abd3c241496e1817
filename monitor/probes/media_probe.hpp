#pragma once

#include <string>
#include <string_view>

#include <boost/asio/awaitable.hpp>

#include "monitor/probes/connection.hpp"
#include "monitor/probes/finding.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Asks an HTTP server as FFmpeg would, follows redirects, looks at the first bytes and closes the
// connection. `took` is left to the caller.
boost::asio::awaitable<Finding> probe_media(Target target, Instant deadline);

// What a connection that failed proves: `missing` where its own host refused it.
LookAnswer answer_of(const ConnectionError& error);
// A step that failed, as a sentence: "Connection to h:8000 refused."
std::string sentence_of(const ConnectionError& error, std::string_view server);

}  // namespace monitor::probes
