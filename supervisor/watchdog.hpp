#pragma once

#include <chrono>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace supervisor {

// The interval at which the service manager wants a message from this process: half of what it
// tolerates (WATCHDOG_USEC). Nothing where it does not ask, asks another process (WATCHDOG_PID), or
// says something that is no number of microseconds.
std::optional<std::chrono::microseconds> watchdog_interval();

// Tells the service manager, where it asks for it, that the supervising loop turns: from that loop
// and nowhere else, so a stuck loop falls silent and the service manager ends the process. The
// executor's context must not be run any more once this is gone.
class Watchdog {
 public:
  explicit Watchdog(boost::asio::any_io_executor loop);

 private:
  void feed(std::chrono::microseconds interval);

  boost::asio::steady_timer timer_;
};

}  // namespace supervisor
