#include "http/clock_reading.hpp"

#include <algorithm>
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

std::string http_date(recovery::WallTime time) {
  const std::tm fields = utc(time);
  char text[64];  // the C locale: this program never sets another
  const std::size_t length = std::strftime(text, sizeof text, "%a, %d %b %Y %H:%M:%S GMT", &fields);
  return {text, length};
}

recovery::WallTime wall_of(monitor::Duration ago, const ClockReading& now) {
  return now.wall - std::chrono::duration_cast<recovery::WallTime::duration>(ago);
}

double unix_seconds(recovery::WallTime time) {
  return std::chrono::duration<double>(time.time_since_epoch()).count();
}

double seconds_since(monitor::Instant then, monitor::Instant now) {
  return std::max(0.0, monitor::seconds(now - then));
}

}  // namespace http
