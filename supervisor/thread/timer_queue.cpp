#include "supervisor/thread/timer_queue.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <system_error>
#include <utility>

#include <boost/asio/dispatch.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/query.hpp>
#include <sys/timerfd.h>

namespace supervisor {
namespace {

namespace asio = boost::asio;
using monitor::Instant;
using std::chrono::nanoseconds;

// Of the steady clock, whose time is the kernel's. Zero would be no time at all.
timespec time_of(Instant due) {
  const auto time = std::max(nanoseconds(due.time_since_epoch()), nanoseconds(1));
  const auto whole = std::chrono::duration_cast<std::chrono::seconds>(time);
  return {.tv_sec = whole.count(), .tv_nsec = (time - whole).count()};
}

int open_timer() {
  const int fd = ::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::generic_category(), "timerfd_create");
  return fd;
}

}  // namespace

TimerQueue::TimerQueue(asio::execution_context& loop)
    : asio::execution_context::service(loop),
      timerfd_(static_cast<asio::io_context&>(loop), open_timer()) {
}

TimerQueue& TimerQueue::of(const asio::any_io_executor& executor) {
  return asio::use_service<TimerQueue>(asio::query(executor, asio::execution::context));
}

void TimerQueue::shutdown() {
  const std::lock_guard lock(mutex_);
  boost::system::error_code ignored;
  timerfd_.close(ignored);
}

void TimerQueue::set(Place& place, Instant due, const asio::any_io_executor& executor,
                     const std::shared_ptr<Ring>& ring) {
  const std::lock_guard lock(mutex_);
  erase(place);
  place = entries_.emplace(due, Entry{&place, executor, ring});
  arm();
}

void TimerQueue::remove(Place& place) {
  const std::lock_guard lock(mutex_);
  if (!place) return;
  erase(place);
  arm();
}

void TimerQueue::erase(Place& place) {
  if (place) entries_.erase(*place);
  place.reset();
}

// To set it anew also forgets that it has rung.
void TimerQueue::arm() {
  if (!timerfd_.is_open()) return;
  const Instant due = entries_.empty() ? monitor::never : entries_.begin()->first;
  if (due != std::exchange(armed_for_, due)) {
    itimerspec spec{};
    if (due != monitor::never) spec.it_value = time_of(due);
    ::timerfd_settime(timerfd_.native_handle(), TFD_TIMER_ABSTIME, &spec, nullptr);
  }
  // A loop without timers may come to its end.
  if (entries_.empty() && waits_) timerfd_.cancel();
  if (!entries_.empty() && !waits_) wait();
}

void TimerQueue::wait() {
  waits_ = true;
  timerfd_.async_wait(asio::posix::descriptor_base::wait_read,
                      [this](const boost::system::error_code&) { ring_due(); });
}

// Each has its turn of the loop; one alone, the usual case, has this.
void TimerQueue::ring_due() {
  const auto call = [](const std::weak_ptr<Ring>& ring) {
    if (const auto present = ring.lock()) (*present)();
  };
  const std::vector<Entry> due = take_due();
  for (std::size_t next = 1; next < due.size(); ++next) {
    asio::post(due[next].executor, [call, ring = due[next].ring] { call(ring); });
  }
  if (!due.empty()) asio::dispatch(due[0].executor, [call, ring = due[0].ring] { call(ring); });
}

std::vector<TimerQueue::Entry> TimerQueue::take_due() {
  const std::lock_guard lock(mutex_);
  waits_ = false;
  std::vector<Entry> due;
  const Instant now = std::chrono::steady_clock::now();
  while (!entries_.empty() && entries_.begin()->first <= now) {
    due.push_back(std::move(entries_.begin()->second));
    erase(*due.back().place);
  }
  arm();
  return due;
}

}  // namespace supervisor
