#pragma once

#include "monitor/time.hpp"
#include "monitor/window.hpp"

namespace monitor {

// The stretches of the last seconds in which the output stood because nothing came from the source.
// They stay in the mean speed after the source is back. A value; it finds no fault.
class SourceGaps {
 public:
  static constexpr Duration window = std::chrono::seconds(12);

  // From `since` until now nothing has come, and the output has not advanced. The same `since`
  // again extends that gap.
  void note(Instant since, Instant now);
  // Of the last `window`.
  Duration total(Instant now) const;
  void clear() { gaps_.clear(); }

 private:
  struct Gap {
    Instant begin;
    Instant end;
  };
  Window<Gap> gaps_;  // oldest first; those within the window, and the newest
};

}  // namespace monitor
