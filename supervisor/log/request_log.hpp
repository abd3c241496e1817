#pragma once

#include "http/server.hpp"
#include "supervisor/log/log.hpp"

namespace supervisor {

// Writes what the HTTP side has to tell: http_request at debug, at info where a change was asked
// for, with who asked and where from.
void log_request(Log& log, const http::Server::LogEntry& entry);

}  // namespace supervisor
