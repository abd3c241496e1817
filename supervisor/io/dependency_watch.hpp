#pragma once

#include <memory>

#include <boost/asio/any_io_executor.hpp>

#include "http/snapshot.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/thread/io_thread.hpp"
#include "supervisor/log/log.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

// Looks at each dependency again and again, at the shortest `probe_interval` of the streams and
// never twice at a time; publishes what it finds and logs when one goes down or comes back. Used
// from the supervising loop only; the looks themselves happen on the I/O thread.
class DependencyWatch {
 public:
  struct Context {
    boost::asio::any_io_executor loop;
    IoThread& io_thread;
    Log& log;
    const Secrets& secrets;
    http::SnapshotStore& snapshots;
  };

  // Everything in the context must outlive it. Begins at once. What `before` has found of those
  // that are watched still goes on from there; it may be null, and is not needed any more
  // afterwards.
  DependencyWatch(const Config& config, Context context, const DependencyWatch* before = nullptr);
  ~DependencyWatch();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
