#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "monitor/time.hpp"
#include "recovery/wall_time.hpp"

namespace supervisor {

// One call at one time. For one thread; destruction drops the call.
class Timer {
 public:
  Timer() = default;
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;
  virtual ~Timer() = default;

  // Calls `ring` once, at `due` or soon after, never from within this call. Replaces what was set
  // before. `ring` may set it again or destroy it.
  virtual void set(monitor::Instant due, std::function<void()> ring) = 0;
  virtual void cancel() = 0;
};

// The supervising loop's source of time. A seam: tests set the time themselves.
class Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  virtual monitor::Instant now() const = 0;
  virtual recovery::WallTime wall() const = 0;
  // Rings on `executor`.
  virtual std::unique_ptr<Timer> make_timer(boost::asio::any_io_executor executor) const = 0;
};

// The machine's own. Lives as long as the program.
const Clock& machine_clock();

}  // namespace supervisor
