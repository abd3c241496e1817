#include "supervisor/watchdog.hpp"

#include <charconv>
#include <cstdint>
#include <cstdlib>
#include <string_view>
#include <utility>

#include <unistd.h>

#include "supervisor/init.hpp"

namespace supervisor {
namespace {

using std::chrono::microseconds;

// A day; half of it fits every clock.
constexpr std::int64_t longest_us = 86'400'000'000;

std::optional<std::int64_t> whole_number(std::string_view text) {
  std::int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

}  // namespace

std::optional<microseconds> watchdog_interval() {
  // NOLINTBEGIN(concurrency-mt-unsafe): no thread sets them
  const char* limit = std::getenv("WATCHDOG_USEC");
  const char* pid = std::getenv("WATCHDOG_PID");
  // NOLINTEND(concurrency-mt-unsafe)
  if (limit == nullptr) return std::nullopt;
  if (pid != nullptr && whole_number(pid) != ::getpid()) return std::nullopt;
  const std::optional<std::int64_t> tolerated = whole_number(limit);
  if (!tolerated || *tolerated < 2 || *tolerated > longest_us) return std::nullopt;
  return microseconds(*tolerated / 2);
}

Watchdog::Watchdog(boost::asio::any_io_executor loop) : timer_(std::move(loop)) {
  if (const auto interval = watchdog_interval()) feed(*interval);
}

void Watchdog::feed(microseconds interval) {
  notify_service_manager("WATCHDOG=1");
  timer_.expires_after(interval);
  timer_.async_wait([this, interval](const boost::system::error_code& error) {
    if (!error) feed(interval);
  });
}

}  // namespace supervisor
