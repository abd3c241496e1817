#pragma once

#include <algorithm>

#include "recovery/splice/ticks.hpp"

namespace recovery::splice {

// The longest but one of the spans that were noted within the last ten to twenty seconds: what
// happened once is no habit.
class RecentLongest {
 public:
  void note(Duration span, Instant now) {
    if (now - began_ >= window) {
      before_ = now - began_ < 2 * window ? present_ : Two{};
      present_ = {};
      began_ = now;
    }
    add(present_, span);
  }
  Duration longest_but_one() const {
    Two both = present_;
    add(both, before_.longest);
    add(both, before_.next);
    return both.next;
  }

 private:
  static constexpr Duration window = std::chrono::seconds(10);

  struct Two {
    Duration longest{}, next{};
  };
  static void add(Two& two, Duration span) {
    two.next = std::max(two.next, std::min(span, two.longest));
    two.longest = std::max(two.longest, span);
  }

  Instant began_{};
  Two present_, before_;
};

}  // namespace recovery::splice
