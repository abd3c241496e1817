#pragma once

#include <optional>

#include "monitor/time.hpp"

namespace monitor {

// A condition that counts only once it has held without a break.
class HoldTimer {
 public:
  explicit HoldTimer(Duration hold) : hold_(hold) {}

  // The condition as just observed.
  void observe(bool condition, Instant now) {
    if (!condition)
      since_.reset();
    else if (!since_)
      since_ = now;
  }
  // As if the condition had just broken.
  void rebase() { since_.reset(); }
  // A time nothing was observed in: it does not count.
  void leave_out(Duration time) {
    if (since_) *since_ += time;
  }

  bool check(Instant now) const { return since_ && now - *since_ >= hold_; }
  Instant deadline() const { return since_ ? *since_ + hold_ : never; }
  // When the present stretch began; empty while the condition is false.
  std::optional<Instant> since() const { return since_; }

 private:
  Duration hold_;
  std::optional<Instant> since_;
};

}  // namespace monitor
