#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <unordered_set>
#include <utility>

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace http {

// Calls to other threads, each with a time limit: the supervising loop may be stuck. For the HTTP
// thread; an answer may come from any thread, also after this object was destroyed.
class PendingCalls {
 public:
  explicit PendingCalls(std::shared_ptr<boost::asio::io_context> context)
      : context_(std::move(context)) {}

  // `put` is called at once with the function that takes the answer. Empty: no answer in time.
  template <class Answer>
  boost::asio::awaitable<std::optional<Answer>> ask(
      std::function<void(std::function<void(Answer)>)> put, std::chrono::milliseconds limit);

  // Ends all waits without an answer, now and later.
  void stop() {
    stopped_ = true;
    for (auto* const timer : timers_) timer->cancel();
  }

 private:
  std::shared_ptr<boost::asio::io_context> context_;
  std::unordered_set<boost::asio::steady_timer*> timers_;
  bool stopped_ = false;
};

template <class Answer>
boost::asio::awaitable<std::optional<Answer>> PendingCalls::ask(
    std::function<void(std::function<void(Answer)>)> put, std::chrono::milliseconds limit) {
  struct Call {
    boost::asio::steady_timer timer;
    std::optional<Answer> answer;
  };
  if (stopped_) co_return std::nullopt;
  const auto call =
      std::make_shared<Call>(Call{boost::asio::steady_timer(*context_, limit), std::nullopt});
  put([weak = std::weak_ptr(call), context = context_](Answer answer) {
    boost::asio::post(*context, [weak, answer = std::move(answer)]() mutable {
      const auto waiting = weak.lock();
      if (!waiting) return;
      waiting->answer = std::move(answer);
      waiting->timer.cancel();
    });
  });
  timers_.insert(&call->timer);
  co_await call->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  timers_.erase(&call->timer);
  co_return std::move(call->answer);
}

}  // namespace http
