#pragma once

#include <memory>

#include "supervisor/config/config.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// Probes each dependency at the shortest `probe_interval` of the streams, one probe of each at a
// time; publishes the result and logs when a dependency goes down or is back. Used on the
// supervising loop only; the probes run on the I/O thread.
class DependencyWatch {
 public:
  // `services` must outlive it. Begins at once. What `before` knows of those that are still watched
  // is taken over; it may be null, and is not needed any more afterwards.
  DependencyWatch(const Config& config, const Services& services,
                  const DependencyWatch* before = nullptr);
  ~DependencyWatch();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace supervisor
