#include "supervisor/log/log_sink.hpp"

#include <cerrno>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <string_view>
#include <system_error>
#include <thread>
#include <utility>

#include <poll.h>
#include <unistd.h>

#include "supervisor/signals_blocked.hpp"

namespace supervisor {

namespace {

constexpr auto end_limit = std::chrono::milliseconds(500);

// The number of bytes that were taken: fewer than there are after an error.
std::size_t write_all(int fd, std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const ssize_t count = ::write(fd, bytes.data() + taken, bytes.size() - taken);
    if (count >= 0) {
      taken += static_cast<std::size_t>(count);
    } else if (errno == EAGAIN) {  // another program has set O_NONBLOCK on the file that we share
      pollfd entry{fd, POLLOUT, 0};
      ::poll(&entry, 1, -1);
    } else if (errno != EINTR) {
      break;
    }
  }
  return taken;
}

}  // namespace

struct LogSink::State : std::enable_shared_from_this<LogSink::State> {
  struct Line {
    std::string text;
    std::uint64_t stands_for;
  };

  explicit State(int fd_in) : fd(fd_in) {}

  bool has_room(std::size_t bytes);
  void begin_if_due();
  void run();
  void write(const Line& line);
  void note_dropped(const Line& line);

  const int fd;
  std::mutex mutex;
  std::condition_variable work;
  std::condition_variable progress;
  std::deque<Line> queue;  // the first is being written
  std::size_t queued_bytes = 0;
  std::uint64_t dropped = 0;
  bool held = false;
  bool full = false;     // … a line did not fit, and less than half is free
  bool is_torn = false;  // the last line was written in part: the thread's
  bool closing = false;
  std::thread thread;
};

bool LogSink::State::has_room(std::size_t bytes) {
  if (queued_bytes <= limit_bytes / 2) full = false;
  if (queued_bytes + bytes > limit_bytes) full = true;
  return !full;
}

void LogSink::State::begin_if_due() {
  if (thread.joinable() || queue.empty() || held) return;
  try {
    const SignalsBlocked blocked;
    thread = std::thread([state = shared_from_this()] { state->run(); });
  } catch (const std::system_error&) {
    // No thread to be had: the next line tries again.
  }
}

// Never throws: the log must not end the program that it reports on.
void LogSink::State::write(const Line& line) {
  if (is_torn && write_all(fd, "\n") == 0) return note_dropped(line);
  const std::size_t taken = write_all(fd, line.text);
  is_torn = taken < line.text.size() && (taken > 0 || is_torn);
  if (taken < line.text.size()) note_dropped(line);
}

void LogSink::State::note_dropped(const Line& line) {
  const std::lock_guard lock(mutex);
  dropped += line.stands_for;
}

void LogSink::State::run() {
  std::unique_lock lock(mutex);
  for (;;) {
    work.wait(lock, [this] { return !queue.empty() || closing; });
    if (queue.empty()) break;
    const Line& line = queue.front();  // others add behind it
    lock.unlock();
    write(line);
    lock.lock();
    queued_bytes -= line.text.size();
    queue.pop_front();
    if (queue.empty()) progress.notify_all();
  }
}

LogSink::LogSink(int fd) : state_(std::make_shared<State>(fd)) {
}

LogSink::~LogSink() {
  std::unique_lock lock(state_->mutex);
  state_->closing = true;
  state_->held = false;
  state_->begin_if_due();
  state_->work.notify_all();
  if (!state_->thread.joinable()) return;
  state_->progress.wait_for(lock, end_limit, [this] { return state_->queue.empty(); });
  state_->thread.detach();  // waiting for its end would cost a stop two changes of threads
}

void LogSink::write(std::string line, std::uint64_t stands_for) {
  const std::lock_guard lock(state_->mutex);
  if (!state_->has_room(line.size())) {
    state_->dropped += stands_for;
    return;
  }
  state_->queued_bytes += line.size();
  state_->queue.push_back({std::move(line), stands_for});
  // Where there was more before, the thread does not wait.
  if (state_->queue.size() == 1) state_->work.notify_one();
  state_->begin_if_due();
}

void LogSink::hold() {
  const std::lock_guard lock(state_->mutex);
  state_->held = true;
}

void LogSink::release() {
  const std::lock_guard lock(state_->mutex);
  state_->held = false;
  state_->begin_if_due();
}

std::uint64_t LogSink::take_dropped() {
  const std::lock_guard lock(state_->mutex);
  if (!state_->has_room(0)) return 0;
  return std::exchange(state_->dropped, 0);
}

bool LogSink::flush(std::chrono::milliseconds limit) const {
  std::unique_lock lock(state_->mutex);
  return state_->progress.wait_for(lock, limit, [this] { return state_->queue.empty(); });
}

}  // namespace supervisor
