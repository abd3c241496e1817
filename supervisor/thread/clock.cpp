#include "supervisor/thread/clock.hpp"

#include <chrono>
#include <utility>

#include "supervisor/thread/timer_queue.hpp"

namespace supervisor {

namespace {

class MachineTimer : public Timer {
 public:
  explicit MachineTimer(boost::asio::any_io_executor executor)
      : executor_(std::move(executor)), queue_(TimerQueue::of(executor_)) {}
  ~MachineTimer() override { queue_.remove(place_); }

  void set(monitor::Instant due, std::function<void()> ring) override {
    // One that is queued already must not ring any more.
    current_ = std::make_shared<std::function<void()>>(std::move(ring));
    queue_.set(place_, due, executor_, current_);
  }

  void cancel() override {
    current_.reset();
    queue_.remove(place_);
  }

 private:
  boost::asio::any_io_executor executor_;
  TimerQueue& queue_;
  TimerQueue::Place place_;
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
