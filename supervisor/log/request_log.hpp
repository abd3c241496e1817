#pragma once

#include "http/server.hpp"
#include "supervisor/log/log.hpp"

namespace supervisor {

// Writes the HTTP side's entries: http_request at debug, at info where a change was requested, with
// the client's name and address.
void log_request(Log& log, const http::Server::LogEntry& entry);

}  // namespace supervisor
