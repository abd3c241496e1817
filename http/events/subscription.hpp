#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <string>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/steady_timer.hpp>

#include "http/events/stream_news.hpp"

namespace http {

// What one client has yet to get: first the greeting, made piece by piece as it is read, then what
// happened since it came. Bounded: one that lags behind by more is cut off. For the HTTP thread.
class Subscription {
 public:
  using Piece = std::function<std::string()>;

  Subscription(const boost::asio::any_io_executor& executor, std::deque<Piece> greeting)
      : news_(executor), greeting_(std::move(greeting)) {}
  Subscription(const Subscription&) = delete;

  void push(const Event& event);
  void end();
  // Called at most once, when it lags behind too far; the client is not to be waited for then.
  void on_overrun(std::function<void()> cut) { cut_ = std::move(cut); }

  // The next bytes to send, as soon as there are any; empty: it is over. One may wait at a time.
  boost::asio::awaitable<std::string> next();

  static constexpr std::size_t backlog_bytes = 1024 * 1024;  // more than the whole log

 private:
  std::string take();

  boost::asio::steady_timer news_;  // expires never; cancelled when there is news
  std::deque<Piece> greeting_;
  std::deque<Event> events_;
  std::size_t bytes_ = 0;
  std::function<void()> cut_;
  bool over_ = false;
};

}  // namespace http
