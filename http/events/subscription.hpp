#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/events/stream_delta.hpp"

namespace http {

// Who follows the events.
struct EventClient {
  std::string network;    // network_of() its address
  bool is_known = false;  // it brought credentials, and they are right
};

// The queue of one client: first the initial state, made piece by piece as it is sent, then the
// events since it subscribed. Bounded: a client that lags behind further is disconnected. For the
// HTTP thread.
class Subscription {
 public:
  using Piece = std::function<std::string()>;

  Subscription(const boost::asio::any_io_executor& executor, EventClient of,
               std::deque<Piece> initial)
      : client(std::move(of)), wakeup_(executor), initial_(std::move(initial)) {}
  Subscription(const Subscription&) = delete;

  const EventClient client;

  void push(const Event& event);
  void end();
  // end() for a client that may not be reading.
  void cut_off();
  // `abort` is called at most once, when the queue overflows or it is cut off: pending writes must
  // be cancelled then.
  void on_overrun(std::function<void()> abort) { abort_ = std::move(abort); }

  // Waits for the next bytes to send; empty: ended. One caller at a time.
  boost::asio::awaitable<std::string> next();

  static constexpr std::size_t backlog_bytes = 1024 * 1024;  // more than the whole log

 private:
  std::string take();

  boost::asio::steady_timer wakeup_;  // never expires; cancelled when there is an event
  std::deque<Piece> initial_;
  std::deque<Event> events_;
  std::size_t bytes_ = 0;
  std::function<void()> abort_;
  bool over_ = false;
};

}  // namespace http
