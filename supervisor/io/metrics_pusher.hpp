#pragma once

#include <functional>
#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "http/exporters/settings.hpp"
#include "http/snapshot.hpp"
#include "monitor/time.hpp"
#include "supervisor/thread/io_thread.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// How long after a try the next one begins. After failures, the first of them 1: 1 s, 2 s, 4 s, …
// up to a minute, or to the interval where that is longer; never before the receiver wants it.
monitor::Duration export_delay(monitor::Duration interval, unsigned failures,
                               monitor::Duration rest);

// The supervising loop's side of the exporters: takes a moment of the snapshots for each at its
// interval, has it rendered and sent on the I/O thread, counts and publishes what became of it.
// Logs when a receiver fails, and when it takes again; not each try. Used from the loop only;
// nothing here waits.
class MetricsPusher {
 public:
  struct Context {
    boost::asio::any_io_executor loop;
    IoThread& io_thread;
    Log& log;
    const Secrets& secrets;
    http::SnapshotStore& snapshots;
  };

  // Everything in the context must outlive it. Throws std::runtime_error naming the setting that
  // cannot be used. Without exporters it does nothing.
  MetricsPusher(const http::exporters::Settings& settings, Context context);
  ~MetricsPusher();

  // Every stream has been published.
  void start();

  // Hands over what the snapshots holds now for the last time, to each receiver once. Calls `done`
  // from the loop when that is through, at the latest after `limit`.
  void finish(monitor::Duration limit, std::function<void()> done);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
