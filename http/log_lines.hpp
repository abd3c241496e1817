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

// The newest lines of the program's own log, for those who follow it over HTTP. Thread-safe: the
// log adds from any thread, HTTP reads. Adding never waits for a reader longer than it takes to
// copy 200 pointers, and never writes anywhere.
class LogLines {
 public:
  using Line = std::shared_ptr<const std::string>;
  static constexpr std::size_t lines_max = 200;
  static constexpr std::size_t bytes_max = 512 * 1024;  // of all of them

  // A JSON object without a line end; secrets are masked already. Throws std::bad_alloc.
  void add(std::string line);

  // How many were ever added: cheap to ask whether there is news.
  std::uint64_t count() const { return count_.load(std::memory_order_acquire); }

  struct News {
    std::vector<Line> lines;   // oldest first
    std::uint64_t missed = 0;  // had to make room before they were read
    std::uint64_t count = 0;   // where to go on
  };
  // Those added after the first `count`.
  News after(std::uint64_t count) const;

 private:
  mutable std::mutex mutex_;
  std::deque<Line> lines_;
  std::size_t bytes_ = 0;
  std::atomic<std::uint64_t> count_{0};
};

}  // namespace http
