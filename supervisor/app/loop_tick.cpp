#include "supervisor/app/loop_tick.hpp"

#include <algorithm>
#include <chrono>
#include <memory>

namespace supervisor {

namespace {

constexpr auto interval = std::chrono::seconds(http::Samples::interval_seconds);

}  // namespace

LoopTick::LoopTick(const Services& services)
    : services_(services),
      delays_({0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30}),
      timer_(machine_clock().make_timer(services.loop.executor())) {
  publish();
  services_.snapshots.sample(http::ClockReading::now());
  wait();
}

void LoopTick::wait() {
  const monitor::Instant due = std::chrono::steady_clock::now() + interval;
  timer_->set(due, [this, due] {
    const auto now = http::ClockReading::now();
    observe(now.steady - due);
    services_.snapshots.sample(now);
    wait();
  });
}

void LoopTick::observe(monitor::Duration delay) {
  delays_.observe(std::max(0.0, monitor::seconds(delay)));
  publish();
}

void LoopTick::publish() const {
  services_.snapshots.publish(&http::Program::loop_delay,
                              std::make_shared<const recovery::Histogram>(delays_));
}

}  // namespace supervisor
