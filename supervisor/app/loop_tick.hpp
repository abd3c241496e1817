#pragma once

#include <memory>

#include "monitor/time.hpp"
#include "recovery/stream_recorder.hpp"
#include "supervisor/thread/clock.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// What the supervising loop does every two seconds whatever the streams do, with one timer: it
// measures how late it runs what is due, published as a histogram, and takes the sample of each
// stream for the page's charts. A loop that was held up shows it once it runs again: one
// observation, as long as the hold-up, and no sample of that time. Used on the loop only.
class LoopTick {
 public:
  // Begins at once. `services` must outlive it; the loop must not run any more once this is gone.
  explicit LoopTick(const Services& services);

 private:
  void wait();
  void observe(monitor::Duration delay);
  void publish() const;

  const Services& services_;
  recovery::Histogram delays_;  // in seconds
  std::unique_ptr<Timer> timer_;
};

}  // namespace supervisor
