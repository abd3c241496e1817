#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "monitor/time.hpp"

namespace monitor {

// The output's rate: bytes per wall time over at least `window`, measured from growth to growth of
// the counter, so a file that is written in steps of 256 KiB has a steady rate too. Between two
// growths it falls once more than the usual step is overdue, towards 0.
class ByteRate {
 public:
  explicit ByteRate(Duration window) : window_(window) {}

  // Returns true when the counter stepped back; the measurement then starts anew.
  bool on_size(std::int64_t total_size_bytes, Instant now);
  // The first `window` from the first growth after now is not measured: headers, a burst of a
  // source that catches up, an encoder's look-ahead flushed.
  void restart();

  // Bits per second; empty until a window has been measured.
  std::optional<double> bps(Instant now) const;

 private:
  struct Growth {
    Instant at;
    std::int64_t total_bytes;
  };
  static constexpr int growths_per_window = 32;  // closer ones replace the last: memory is bounded

  void add(Growth growth);

  Duration window_;
  std::vector<Growth> growths_;  // oldest first; all but the first lie within the window
  std::optional<std::int64_t> last_size_;
  std::optional<Instant> settled_at_;
  double usual_step_bytes_ = 0;
};

}  // namespace monitor
