#pragma once

#include <algorithm>
#include <chrono>

#include "monitor/time.hpp"

namespace supervisor {

// When to try again what failed: after 1 s, then ever more seldom.
class JournalRetry {
 public:
  // True: it worked before, so the failure is news.
  bool failed(monitor::Instant now) {
    const bool is_news = !failing_;
    delay_ = is_news ? first_delay : std::min(delay_ * 2, longest_delay);
    failing_ = true;
    due_ = now + delay_;
    return is_news;
  }
  void worked() { failing_ = false; }

  bool failing() const { return failing_; }
  bool rests(monitor::Instant now) const { return failing_ && now < due_; }
  monitor::Instant due() const { return due_; }

 private:
  static constexpr monitor::Duration first_delay = std::chrono::seconds(1);
  static constexpr monitor::Duration longest_delay = std::chrono::seconds(30);

  bool failing_ = false;
  monitor::Instant due_{};
  monitor::Duration delay_{};
};

}  // namespace supervisor
