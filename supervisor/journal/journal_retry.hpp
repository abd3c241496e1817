#pragma once

#include <chrono>

#include "monitor/backoff.hpp"

namespace supervisor {

// When to try again what failed: after 1 s, 2 s, … up to 30 s.
class JournalRetry {
 public:
  // True: it worked before, so the failure is news.
  bool failed(monitor::Instant now) {
    due_ = now + between_tries.after(++failures_);
    return failures_ == 1;
  }
  void worked() { failures_ = 0; }

  bool failing() const { return failures_ > 0; }
  bool rests(monitor::Instant now) const { return failing() && now < due_; }
  monitor::Instant due() const { return due_; }

 private:
  static constexpr monitor::Backoff between_tries{std::chrono::seconds(1),
                                                  std::chrono::seconds(30)};

  unsigned failures_ = 0;  // in a row, up to now
  monitor::Instant due_{};
};

}  // namespace supervisor
