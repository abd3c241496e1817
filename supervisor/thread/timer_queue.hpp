#pragma once

#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <vector>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/execution_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>

#include "monitor/time.hpp"

namespace supervisor {

// The timers of one loop behind one timerfd. Most timers of a healthy stream are moved before they
// ring. Asio's own wake the process for what was moved, and a cancelled wait takes another round of
// the loop; here a move is one call, and none where another timer is due sooner. Made with the
// loop's first timer, gone with the loop. Thread-safe.
class TimerQueue : public boost::asio::execution_context::service {
 private:
  struct Entry;
  using Entries = std::multimap<monitor::Instant, Entry>;

 public:
  using Ring = std::function<void()>;
  // Of one timer; empty while it is not set.
  using Place = std::optional<Entries::iterator>;

  // Required of a service.
  using key_type = TimerQueue;
  static inline boost::asio::execution_context::id id;
  explicit TimerQueue(boost::asio::execution_context& loop);

  static TimerQueue& of(const boost::asio::any_io_executor& executor);

  // At `due` calls `ring` on the executor, if it still exists then. `place` must not move until it
  // is empty again: remove() empties it, and the call does before.
  void set(Place& place, monitor::Instant due, const boost::asio::any_io_executor& executor,
           const std::shared_ptr<Ring>& ring);
  void remove(Place& place);

 private:
  struct Entry {
    Place* place;
    boost::asio::any_io_executor executor;
    std::weak_ptr<Ring> ring;
  };

  void shutdown() override;
  void erase(Place& place);
  void ring_due();
  std::vector<Entry> take_due();
  void arm();
  void wait();

  std::mutex mutex_;  // of all below
  Entries entries_;   // one for each timer that is set
  monitor::Instant armed_for_ = monitor::never;
  bool waits_ = false;
  boost::asio::posix::stream_descriptor timerfd_;
};

}  // namespace supervisor
