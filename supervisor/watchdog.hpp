#pragma once

#include <chrono>
#include <optional>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>

namespace supervisor {

// The interval of watchdog notifications: half of what the service manager tolerates
// (WATCHDOG_USEC). Nothing where it does not ask, asks another process (WATCHDOG_PID), or gives no
// valid number of microseconds.
std::optional<std::chrono::microseconds> watchdog_interval();

// Notifies the service manager, where it asks for that, that the supervising loop runs: from it
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
