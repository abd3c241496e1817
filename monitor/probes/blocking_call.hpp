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

#include "monitor/probes/own_descriptors.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// How many calls of one kind may hang at a time: each holds a thread until the system lets go. One
// kind never takes the threads of another.
struct BlockingCalls {
  const int limit;
  std::atomic<int> running = 0;
};
inline BlockingCalls probe_calls{32};

// What the thread of a blocking call and the coroutine that waits for it share. Either may be gone
// first.
template <class Result>
class BlockingCall {
 public:
  // Of the coroutine. `completion` expires when the call has ended.
  BlockingCall(boost::asio::any_io_executor executor,
               std::weak_ptr<boost::asio::steady_timer> completion)
      : executor_(std::move(executor)), completion_(std::move(completion)) {}

  // On the thread: calls `work` and wakes the coroutine, if it still waits. Where it cannot be
  // woken (no memory) it goes on at its deadline.
  template <class Work>
  void run(Work& work) noexcept {
    own_descriptors();
    std::optional<Result> result;
    std::exception_ptr failure;
    try {
      result = work();
    } catch (...) {
      failure = std::current_exception();
    }
    try {
      complete(std::move(result), failure);
    } catch (...) {
    }
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
// returned. `work` must own what it uses, descriptors too (`own_descriptors`); what it throws is
// thrown here. Throws system_error when too many calls of its kind hang already.
template <class Work>
boost::asio::awaitable<std::optional<std::invoke_result_t<Work>>> run_blocking(
    Work work, Instant deadline, BlockingCalls& calls = probe_calls) {
  using Call = BlockingCall<std::invoke_result_t<Work>>;
  const auto executor = co_await boost::asio::this_coro::executor;
  const auto completion = std::make_shared<boost::asio::steady_timer>(executor, deadline);
  const auto call = std::make_shared<Call>(executor, completion);
  const auto abandon = [](Call* waited_for) { waited_for->abandon(); };
  const std::unique_ptr<Call, decltype(abandon)> guard(call.get(), abandon);

  if (calls.running.fetch_add(1) >= calls.limit) {
    calls.running.fetch_sub(1);
    throw boost::system::system_error(
        make_error_code(boost::system::errc::resource_unavailable_try_again));
  }
  try {
    std::thread([call, &calls, work = std::move(work)]() mutable {
      call->run(work);
      calls.running.fetch_sub(1);
    }).detach();
  } catch (const std::system_error& error) {
    calls.running.fetch_sub(1);
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
