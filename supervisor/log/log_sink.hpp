#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace supervisor {

// Writes whole lines to a descriptor, in order, on a thread of its own: write(2) may block without
// end (a terminal or a pipe that is not read, a disk that hangs), and poll(2) does not show it. The
// caller never waits: lines are queued up to `limit_bytes`; a line that does not fit is dropped and
// counted, until half of the queue is free again. The thread begins with the first line, or with
// `release`. Thread-safe.
class LogSink {
 public:
  static constexpr std::size_t limit_bytes = 256 * 1024;

  explicit LogSink(int fd);
  // Waits at most 500 ms for what is queued. The thread ends by itself; one that waits for its
  // reader longer is left behind, for the end of the process.
  ~LogSink();
  LogSink(const LogSink&) = delete;
  LogSink& operator=(const LogSink&) = delete;

  // One line of at most PIPE_BUF bytes, `\n` included: more would be torn by another writer to the
  // same pipe. `stands_for`: the number of lines that are lost with it (of a notice: those it
  // reports).
  void write(std::string line, std::uint64_t stands_for = 1);

  // From now on lines are only queued, where the thread has not begun yet: its beginning costs 0.1
  // ms, which the launch of a stream need not wait for.
  void hold();
  void release();

  // The number of lines lost since the last call, where a line can be queued now; else 0.
  std::uint64_t take_dropped();

  // Whether all that was queued has been written, waiting for it at most that long.
  bool flush(std::chrono::milliseconds limit) const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the thread
};

}  // namespace supervisor
