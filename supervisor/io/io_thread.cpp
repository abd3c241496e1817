#include "supervisor/io/io_thread.hpp"

#include <chrono>
#include <future>
#include <thread>
#include <utility>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "supervisor/signals_blocked.hpp"

namespace supervisor {

namespace {

constexpr auto end_limit = std::chrono::milliseconds(200);

}  // namespace

struct IoThread::State {
  boost::asio::io_context context{1};
  boost::asio::executor_work_guard<boost::asio::io_context::executor_type> work{
      context.get_executor()};
  std::future<void> ended;
};

boost::asio::any_io_executor IoThread::executor() {
  if (!state_) state_ = begin();
  return state_->context.get_executor();
}

std::shared_ptr<IoThread::State> IoThread::begin() {
  auto begun = std::make_shared<State>();
  std::promise<void> ended;
  begun->ended = ended.get_future();
  // The thread owns the context with all that runs on it: its end may have to wait for a lookup.
  const SignalsBlocked blocked;
  std::thread([state = begun, ended = std::move(ended)]() mutable {
    state->context.run();
    state.reset();
    ended.set_value();
  }).detach();
  return begun;
}

IoThread::~IoThread() {
  if (!state_) return;
  std::future<void> ended = std::move(state_->ended);
  // Behind everything that was posted before, such as the end of what runs here.
  boost::asio::post(state_->context, [context = &state_->context] { context->stop(); });
  state_.reset();
  ended.wait_for(end_limit);
}

}  // namespace supervisor
