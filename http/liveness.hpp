#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>

namespace http {

// Checks whether the supervising loop responds. At most one ping is outstanding and all requests
// share it; an answer is valid for a second, so a flood of probes costs the loop nothing.
class Liveness : public std::enable_shared_from_this<Liveness> {
 public:
  using Ping = std::function<void(std::function<void()> answer)>;  // of SupervisorApi
  // The ping's answer may come from any thread, also after this object was destroyed: it keeps only
  // the context alive.
  Liveness(std::shared_ptr<boost::asio::io_context> context, Ping ping);

  boost::asio::awaitable<bool> is_alive();
  // Ends all waits; is_alive() is false from now on.
  void stop();

 private:
  void send_ping();
  void on_answer();

  std::shared_ptr<boost::asio::io_context> context_;
  Ping ping_;
  boost::asio::steady_timer timeout_;  // of the outstanding ping
  bool outstanding_ = false;
  bool stopped_ = false;
  std::optional<std::chrono::steady_clock::time_point> answered_at_;
};

}  // namespace http
