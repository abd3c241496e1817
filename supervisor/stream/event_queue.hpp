#pragma once

#include <utility>

#include "monitor/window.hpp"
#include "recovery/event.hpp"
#include "supervisor/stream/raised.hpp"

namespace supervisor {

// The events of one core, one step at a time: what a step itself brings comes after it. For one
// thread.
class EventQueue {
 public:
  // Calls `step` for the event and for those that its steps bring; within one of them it only
  // notes the event.
  template <class Step>
  void take(recovery::Event event, Step step) {
    if (is_stepping_) return events_.push_back(std::move(event));
    const Raised stepping(is_stepping_);
    step(event);
    while (!events_.empty()) {
      const recovery::Event next = std::move(events_.front());
      events_.pop_front();
      step(next);
    }
  }

 private:
  monitor::Window<recovery::Event> events_;
  bool is_stepping_ = false;
};

}  // namespace supervisor
