#include "supervisor/thread/clock.hpp"

#include <chrono>
#include <utility>

#include <boost/asio/steady_timer.hpp>

namespace supervisor {

namespace {

class MachineTimer : public Timer {
 public:
  explicit MachineTimer(const boost::asio::any_io_executor& executor) : timer_(executor) {}

  void set(monitor::Instant due, std::function<void()> ring) override {
    timer_.expires_at(due);
    // Asio's own cancellation comes too late for a call that is queued already.
    current_ = std::make_shared<std::function<void()>>(std::move(ring));
    timer_.async_wait([weak = std::weak_ptr(current_)](const boost::system::error_code& error) {
      const auto current = weak.lock();
      if (current && !error) (*current)();
    });
  }

  void cancel() override {
    current_.reset();
    timer_.cancel();
  }

 private:
  boost::asio::steady_timer timer_;
  std::shared_ptr<std::function<void()>> current_;
};

class MachineClock : public Clock {
 public:
  monitor::Instant now() const override { return std::chrono::steady_clock::now(); }
  recovery::WallTime wall() const override { return std::chrono::system_clock::now(); }
  std::unique_ptr<Timer> make_timer(boost::asio::any_io_executor executor) const override {
    return std::make_unique<MachineTimer>(executor);
  }
};

}  // namespace

const Clock& machine_clock() {
  static const MachineClock clock;
  return clock;
}

}  // namespace supervisor
