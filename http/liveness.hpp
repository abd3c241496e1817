#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace http {

// Finds out whether the supervising loop turns. At most one ping is outstanding; all who ask share
// it, and an answer is good for a second, so a flood of probes costs the loop nothing.
class Liveness : public std::enable_shared_from_this<Liveness> {
 public:
  using Ping = std::function<void(std::function<void()> answer)>;  // of SupervisorApi
  // The ping's answer may come from any thread and outlive this object: it keeps the context, and
  // nothing else, alive.
  Liveness(std::shared_ptr<boost::asio::io_context> context, Ping ping);

  boost::asio::awaitable<bool> is_alive();
  // Nobody waits any more: all who ask, now and later, hear no.
  void stop();

 private:
  void ask();
  void on_answer();

  std::shared_ptr<boost::asio::io_context> context_;
  Ping ping_;
  boost::asio::steady_timer give_up_;  // of the outstanding ping
  bool outstanding_ = false;
  bool stopped_ = false;
  std::optional<std::chrono::steady_clock::time_point> answered_at_;
};

}  // namespace http
