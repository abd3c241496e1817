#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace http {

// The newest lines of the program's own log, for the event stream. Thread-safe: the log adds from
// any thread, HTTP reads. Adding waits for a reader at most as long as it takes to copy 200
// pointers, and does no I/O.
class LogLines {
 public:
  using Line = std::shared_ptr<const std::string>;
  static constexpr std::size_t lines_max = 200;
  static constexpr std::size_t bytes_max = 512 * 1024;  // of all of them

  // A JSON object without a line end; secrets are masked already. Throws std::bad_alloc.
  void add(std::string line);

  // Lines added since the start; a cheap check for new lines.
  std::uint64_t count() const { return count_.load(std::memory_order_acquire); }

  struct Batch {
    std::vector<Line> lines;   // oldest first
    std::uint64_t missed = 0;  // dropped before they were read
    std::uint64_t count = 0;   // for the next call
  };
  // The lines added after the first `count`.
  Batch after(std::uint64_t count) const;

 private:
  mutable std::mutex mutex_;
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace http
