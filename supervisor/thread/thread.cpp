#include "supervisor/thread/thread.hpp"

#include <atomic>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <thread>
#include <vector>

namespace supervisor {

namespace {

// Asio destroys its handlers in the destructor; here they go while the thread can still be named.
struct Context : boost::asio::io_context {
  Context() : io_context(1) {}
  void destroy_handlers() { shutdown(); }
};

enum class Phase : std::uint8_t {
  open,
  closing,  // its handlers are being destroyed, on the thread
  ended     // nothing runs on the thread any more
};

}  // namespace

struct Thread::State {
  State(const char* name_in, OnException on_exception_in)
      : name(name_in), on_exception(std::move(on_exception_in)) {}

  void report(std::string_view what);
  std::vector<std::shared_ptr<const void>> take_late_or_end();

  const char* const name;
  Context context;
  std::atomic<std::thread::id> id;

  std::mutex mutex;  // held while posting, so that nothing is posted behind the end
  Phase phase = Phase::open;
  std::vector<std::shared_ptr<const void>> late;  // to be destroyed, given while closing

  std::mutex reporting;
  OnException on_exception;
};

void Thread::State::report(std::string_view what) {
  const std::lock_guard lock(reporting);
  if (on_exception) on_exception(what);
}

std::vector<std::shared_ptr<const void>> Thread::State::take_late_or_end() {
  const std::lock_guard lock(mutex);
  if (late.empty()) phase = Phase::ended;
  return std::exchange(late, {});
}

Thread::Thread(const char* name, OnException on_exception)
    : state_(std::make_shared<State>(name, std::move(on_exception))) {
}

boost::asio::io_context::executor_type Thread::executor() const {
  return state_->context.get_executor();
}

boost::asio::io_context& Thread::context() const {
  return state_->context;
}

bool Thread::is_here() const {
  return state_->id.load(std::memory_order_relaxed) == std::this_thread::get_id();
}

void Thread::adopt_this_thread() const {
  state_->id.store(std::this_thread::get_id(), std::memory_order_relaxed);
}

void Thread::run() const {
  adopt_this_thread();
  for (;;) {
    try {
      state_->context.run();
      return;
    } catch (const std::exception& error) {
      state_->report(error.what());
    } catch (...) {
      state_->report("an exception of an unknown type");
    }
  }
}

void Thread::close() const {
  assert_here();
  {
    const std::lock_guard lock(state_->mutex);
    state_->phase = Phase::closing;
  }
  state_->context.destroy_handlers();
  while (!state_->take_late_or_end().empty()) {
  }
}

void Thread::ignore_exceptions() const {
  const std::lock_guard lock(state_->reporting);
  state_->on_exception = nullptr;
}

std::unique_lock<std::mutex> Thread::accept() const {
  std::unique_lock lock(state_->mutex);
  if (state_->phase != Phase::open) lock.unlock();
  return lock;
}

void Thread::destroy(LastReference last) const {
  if (!last.object) return;
  const std::lock_guard lock(state_->mutex);
  if (state_->phase == Phase::open) {
    boost::asio::post(executor(), [last = std::move(last)] {});
  } else if (state_->phase == Phase::closing) {
    state_->late.push_back(std::move(last.object));
  }
}

void Thread::assert_ended() const {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->phase == Phase::ended) return;
  }
  std::fprintf(stderr, "ffsupervisor: a function of the %s was called on another thread\n",
               state_->name);
  std::abort();
}

Loop::Loop(Thread::OnException on_exception)
    : thread_("supervising loop", std::move(on_exception)) {
  thread_.adopt_this_thread();
}

Loop::~Loop() {
  thread_.close();
  thread_.ignore_exceptions();
}

}  // namespace supervisor
