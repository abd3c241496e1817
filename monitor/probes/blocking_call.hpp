#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <mutex>
#include <optional>
#include <thread>
#include <type_traits>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/system/system_error.hpp>

#include "monitor/time.hpp"

namespace monitor::probes {

// Threads; each call that hangs holds one until the system lets go.
inline constexpr int blocking_calls_limit = 32;
inline std::atomic<int> blocking_calls_running = 0;

// What the thread of a blocking call and the coroutine that waits for it share. Either may be gone
// first.
template <class Result>
class BlockingCall {
 public:
  // Of the coroutine. `completion` expires when the call has ended.
  BlockingCall(boost::asio::any_io_executor executor,
               std::weak_ptr<boost::asio::steady_timer> completion)
      : executor_(std::move(executor)), completion_(std::move(completion)) {}

  // On the thread: calls `work` and wakes the coroutine, if it still waits.
  template <class Work>
  void run(Work& work) {
    std::optional<Result> result;
    std::exception_ptr failure;
    try {
      result = work();
    } catch (...) {
      failure = std::current_exception();
    }
    complete(std::move(result), failure);
  }

  // What `work` returned; throws what it threw; empty while it runs.
  std::optional<Result> collect() {
    const std::lock_guard lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
    return std::move(result_);
  }

  // The coroutine, and perhaps its executor, is about to go.
  void abandon() {
    const std::lock_guard lock(mutex_);
    executor_.reset();
  }

 private:
  // The mutex is held while posting: who waits, and with it the executor, cannot be destroyed
  // meanwhile.
  void complete(std::optional<Result> result, std::exception_ptr failure) {
    const std::lock_guard lock(mutex_);
    result_ = std::move(result);
    failure_ = std::move(failure);
    if (!executor_) return;
    boost::asio::post(*executor_, [completion = completion_] {
      if (const auto timer = completion.lock()) timer->expires_at(Instant::min());
    });
  }

  std::mutex mutex_;
  std::optional<Result> result_;
  std::exception_ptr failure_;
  std::optional<boost::asio::any_io_executor> executor_;  // empty: abandoned
  const std::weak_ptr<boost::asio::steady_timer> completion_;
};

// `work` on a thread of its own, for calls that may hang and cannot be cancelled (getaddrinfo, a
// stat on a dead network file system): at `deadline` the thread is abandoned and nothing is
// returned. `work` must own what it uses; what it throws is thrown here. Throws system_error when
// too many calls hang already.
template <class Work>
boost::asio::awaitable<std::optional<std::invoke_result_t<Work>>> run_blocking(Work work,
                                                                               Instant deadline) {
  using Call = BlockingCall<std::invoke_result_t<Work>>;
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto completion = std::make_shared<boost::asio::steady_timer>(executor, deadline);
  const auto call = std::make_shared<Call>(executor, completion);
  const auto abandon = [](Call* waited_for) { waited_for->abandon(); };
  const std::unique_ptr<Call, decltype(abandon)> guard(call.get(), abandon);

  if (blocking_calls_running.fetch_add(1) >= blocking_calls_limit) {
    blocking_calls_running.fetch_sub(1);
    throw boost::system::system_error(
        make_error_code(boost::system::errc::resource_unavailable_try_again));
  }
  try {
    std::thread([call, work = std::move(work)]() mutable {
      call->run(work);
      blocking_calls_running.fetch_sub(1);
    }).detach();
  } catch (const std::system_error& error) {
    blocking_calls_running.fetch_sub(1);
    throw boost::system::system_error(error.code().value(), boost::system::system_category());
  }

  boost::system::error_code ignored;
  auto result = call->collect();
  while (!result && std::chrono::steady_clock::now() < deadline) {
    co_await completion->async_wait(
        boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    result = call->collect();
  }
  co_return result;
}

}  // namespace monitor::probes
