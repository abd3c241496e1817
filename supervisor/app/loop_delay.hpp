#pragma once

#include <memory>

#include "monitor/time.hpp"
#include "recovery/stream_recorder.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// Measures how late the supervising loop runs what is due, with a timer of its own once a second,
// and publishes it as a histogram. A loop that was held up shows it once it runs again: one
// observation, as long as the hold-up. Used on the loop only.
class LoopDelay {
 public:
  // Begins at once. `services` must outlive it; the loop must not run any more once this is gone.
  explicit LoopDelay(const Services& services);

 private:
  void wait();
  void observe(monitor::Duration delay);
  void publish() const;

  const Services& services_;
  recovery::Histogram delays_;  // in seconds
  std::unique_ptr<Timer> timer_;
};

}  // namespace supervisor
