#include "supervisor/log/request_log.hpp"

namespace supervisor {

namespace {

constexpr std::string_view event = "http_request";

void log_change(Log& log, const http::Server::LogEntry& entry) {
  log.write(LogLevel::info, event, {}, entry.message,
            {{"who", std::string_view(entry.who)},
             {"peer", std::string_view(entry.peer)},
             {"method", std::string_view(entry.method)},
             {"target", std::string_view(entry.target)},
             {"status", std::int64_t{entry.status}},
             {"duration_seconds", entry.duration_seconds}});
}

}  // namespace

void log_request(Log& log, const http::Server::LogEntry& entry) {
  if (!entry.who.empty()) return log_change(log, entry);
  if (!entry.event.empty()) {
    return log.write(entry.warning ? LogLevel::warning : LogLevel::info, entry.event, {},
                     entry.message);
  }
  const LogLevel level = entry.warning ? LogLevel::warning : LogLevel::debug;
  if (!log.enabled(level)) return;
  log.write(level, event, {}, entry.message,
            {{"method", std::string_view(entry.method)},
             {"target", std::string_view(entry.target)},
             {"status", std::int64_t{entry.status}},
             {"duration_seconds", entry.duration_seconds}});
}

}  // namespace supervisor
