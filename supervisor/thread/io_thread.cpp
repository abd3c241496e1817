#include "supervisor/thread/io_thread.hpp"

#include <chrono>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <pthread.h>

#include "supervisor/signals_blocked.hpp"

namespace supervisor {

namespace {

constexpr auto end_limit = std::chrono::milliseconds(200);

}  // namespace

IoThread::IoThread(Thread::OnException on_exception, const char* name)
    : on_exception_(std::move(on_exception)), name_(name) {
}

const Thread& IoThread::thread() {
  if (!thread_) begin();
  return *thread_;
}

void IoThread::begin() {
  const Thread begun(name_, on_exception_);
  std::promise<void> ended;
  std::future<void> end = ended.get_future();
  const SignalsBlocked blocked;
  std::thread([begun, name = name_, ended = std::move(ended)]() mutable {
    ::pthread_setname_np(::pthread_self(), name);  // for top -H; too long: it stays as it was
    const auto work = boost::asio::make_work_guard(begun.context());
    begun.run();
    begun.close();
    ended.set_value();
  }).detach();
  thread_ = begun;
  ended_ = std::move(end);
}

// Behind everything that was posted before, such as the end of what runs here.
void IoThread::stop() {
  if (thread_) thread_->post([context = &thread_->context()] { context->stop(); });
}

IoThread::~IoThread() {
  if (!thread_) return;
  stop();
  ended_.wait_for(end_limit);
  thread_->ignore_exceptions();
}

}  // namespace supervisor
