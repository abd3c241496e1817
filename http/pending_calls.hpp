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

// Questions to other threads, each waited for at most so long: the supervising loop may be stuck.
// For the HTTP thread; the answers may come from any, and after this object has gone.
class PendingCalls {
 public:
  explicit PendingCalls(std::shared_ptr<boost::asio::io_context> context)
      : context_(std::move(context)) {}

  // `put` is called at once with the function that takes the answer. Empty: none came in time.
  template <class Answer>
  boost::asio::awaitable<std::optional<Answer>> ask(
      std::function<void(std::function<void(Answer)>)> put, std::chrono::milliseconds limit);

  // Nobody waits any more, now and later.
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
  struct Question {
    boost::asio::steady_timer timer;
    std::optional<Answer> answer;
  };
  if (stopped_) co_return std::nullopt;
  const auto question = std::make_shared<Question>(
      Question{boost::asio::steady_timer(*context_, limit), std::nullopt});
  put([weak = std::weak_ptr(question), context = context_](Answer answer) {
    boost::asio::post(*context, [weak, answer = std::move(answer)]() mutable {
      const auto asked = weak.lock();
      if (!asked) return;
      asked->answer = std::move(answer);
      asked->timer.cancel();
    });
  });
  timers_.insert(&question->timer);
  co_await question->timer.async_wait(boost::asio::as_tuple(boost::asio::use_awaitable));
  timers_.erase(&question->timer);
  co_return std::move(question->answer);
}

}  // namespace http
