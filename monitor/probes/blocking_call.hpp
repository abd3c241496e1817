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

inline constexpr int aside_limit =
    32;  // threads; each that hangs holds one until the system lets go
inline std::atomic<int> aside_running = 0;

// What a thread aside and the coroutine that waits for it share. Either may be gone first.
template <class Result>
struct BlockingCall {
  std::mutex mutex;
  std::optional<Result> result;
  std::exception_ptr failure;                        // what `work` has thrown instead
  std::optional<boost::asio::any_io_executor> home;  // empty: nobody waits any more
  std::weak_ptr<boost::asio::steady_timer> bell;     // owned by who waits

  // The mutex is held while posting: who waits, and with it the executor, cannot go meanwhile.
  void bring(std::optional<Result> value, std::exception_ptr thrown) {
    const std::lock_guard lock(mutex);
    result = std::move(value);
    failure = std::move(thrown);
    if (!home) return;
    boost::asio::post(*home, [bell = bell] {
      if (const auto timer = bell.lock()) timer->expires_at(Instant::min());
    });
  }
  std::optional<Result> collect() {
    const std::lock_guard lock(mutex);
    if (failure) std::rethrow_exception(failure);
    return std::move(result);
  }
  void leave() {
    const std::lock_guard lock(mutex);
    home.reset();
  }
};

// `work` on a thread of its own, for calls that may hang and cannot be cancelled (getaddrinfo, a
// stat on a dead network file system): at `deadline` it is left to itself and nothing is returned.
// `work` must own what it uses; what it throws before `deadline` is thrown here. Throws
// system_error when too many hang already.
template <class Work>
boost::asio::awaitable<std::optional<std::invoke_result_t<Work>>> run_blocking(Work work,
                                                                               Instant deadline) {
  using Result = std::invoke_result_t<Work>;
  const auto home = co_await boost::asio::this_coro::executor;
  const auto bell = std::make_shared<boost::asio::steady_timer>(home, deadline);
  const auto call = std::make_shared<BlockingCall<Result>>();
  call->home = home;
  call->bell = bell;
  const auto leave = [](BlockingCall<Result>* waited_for) { waited_for->leave(); };
  const std::unique_ptr<BlockingCall<Result>, decltype(leave)> guard(call.get(), leave);

  if (aside_running.fetch_add(1) >= aside_limit) {
    aside_running.fetch_sub(1);
    throw boost::system::system_error(
        make_error_code(boost::system::errc::resource_unavailable_try_again));
  }
  try {
    std::thread([call, work = std::move(work)]() mutable {
      std::optional<Result> value;
      std::exception_ptr thrown;
      try {
        value = work();
      } catch (...) {
        thrown = std::current_exception();
      }
      call->bring(std::move(value), std::move(thrown));
      aside_running.fetch_sub(1);
    }).detach();
  } catch (const std::system_error& error) {
    aside_running.fetch_sub(1);
    throw boost::system::system_error(error.code().value(), boost::system::system_category());
  }

  boost::system::error_code ignored;
  std::optional<Result> result = call->collect();
  while (!result && std::chrono::steady_clock::now() < deadline) {
    co_await bell->async_wait(boost::asio::redirect_error(boost::asio::use_awaitable, ignored));
    result = call->collect();
  }
  co_return result;
}

}  // namespace monitor::probes
