#include "http/moment.hpp"

#include <algorithm>
#include <cstdio>
#include <ctime>

namespace http {
namespace {

std::tm utc(recovery::WallTime time) {
  const std::time_t whole =
      std::chrono::system_clock::to_time_t(std::chrono::floor<std::chrono::seconds>(time));
  std::tm fields{};
  gmtime_r(&whole, &fields);
  return fields;
}

}  // namespace

std::string rfc3339(recovery::WallTime time) {
  const std::tm fields = utc(time);
  const auto part = time - std::chrono::floor<std::chrono::seconds>(time);
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(part).count();
  char text[80];
  std::snprintf(text, sizeof text, "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", fields.tm_year + 1900,
                fields.tm_mon + 1, fields.tm_mday, fields.tm_hour, fields.tm_min, fields.tm_sec,
                static_cast<int>(ms));
  return text;
}

std::string http_date(recovery::WallTime time) {
  const std::tm fields = utc(time);
  char text[64];  // the C locale: this program never sets another
  const std::size_t length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &fields);
  return {text, length};
}

double unix_seconds(recovery::WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double seconds_since(monitor::Instant then, monitor::Instant now) {
  return std::max(0.0, monitor::seconds(now - then));
}

}  // namespace http
