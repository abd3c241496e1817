#pragma once

#include <functional>
#include <memory>

#include "http/exporters/settings.hpp"
#include "monitor/time.hpp"
#include "supervisor/thread/services.hpp"

namespace supervisor {

// How long after the beginning of a push the next one begins. After failures in a row: 1 s, 2 s,
// 4 s, … up to a minute, or to the interval where that is longer; never before `rest`, the time for
// which the receiver refuses further pushes.
monitor::Duration export_delay(monitor::Duration interval, unsigned failures,
                               monitor::Duration rest);

// Pushes the metrics to each exporter at its interval: takes a view of the snapshots on the
// supervising loop, has it rendered and sent on the I/O thread, counts and publishes the outcome.
// Logs the first failure and the first delivery after it, not each push. Used on the loop only;
// never waits.
class MetricsPusher {
 public:
  // `services` must outlive it. Throws std::runtime_error naming the setting that cannot be used.
  // Without exporters it does nothing.
  MetricsPusher(const http::exporters::Settings& settings, const Services& services);
  ~MetricsPusher();

  // To be called once every stream has been published.
  void start();

  // Pushes the present state as the last one, once to each receiver. Calls `done` on the loop when
  // that is through, at the latest after `limit`; from within where there are no exporters.
  void finish(monitor::Duration limit, std::function<void()> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
