#pragma once

#include "recovery/splice/ticks.hpp"

namespace recovery::splice {

// The programme's media time beside the wall's: what is given live lies at `at(now)`.
class ProgrammeClock {
 public:
  ProgrammeClock(Instant start, Ticks origin) : start_(start), origin_(origin) {}

  Ticks at(Instant now) const { return origin_ + to_ticks(now - start_); }
  // By a few hundredths of a second: what is given next is due so much earlier.
  void put_forward(Ticks by) { origin_ += by; }
  Instant when(Ticks time) const { return start_ + to_duration(time - origin_); }

 private:
  Instant start_;
  Ticks origin_;
};

}  // namespace recovery::splice
