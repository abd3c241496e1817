#pragma once

#include <chrono>
#include <functional>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "supervisor/thread/services.hpp"

namespace supervisor {

using namespace std::chrono_literals;

// What the parts of the supervising loop use, with real threads: the test is the loop, the I/O
// thread is one of its own, the log goes into a pipe.
class ServicesStand {
 public:
  ServicesStand() = default;
  ServicesStand(const ServicesStand&) = delete;

  // Turns the loop until the condition holds; false if it did not in time.
  bool until(const std::function<bool()>& condition, std::chrono::milliseconds within = 20s) const {
    const auto end = std::chrono::steady_clock::now() + within;
    while (!condition()) {
      if (std::chrono::steady_clock::now() > end) return false;
      loop.context().restart();
      loop.context().run_for(2ms);
    }
    return true;
  }
  // Turns the loop for that long.
  void turn(std::chrono::milliseconds time) const {
    until([] { return false; }, time);
  }

  // All that was logged since the last call, as JSON lines; for tests that log little.
  std::string logged() {
    EXPECT_TRUE(log.flush(20s));
    std::string text(64 * 1024, '\0');
    EXPECT_EQ(::write(pipe_.ends[1], "\n", 1), 1);  // so that the read does not wait
    const ssize_t count = ::read(pipe_.ends[0], text.data(), text.size());
    text.resize(count < 0 ? 0 : static_cast<std::size_t>(count));
    return text;
  }

 private:
  struct Pipe {
    Pipe() { EXPECT_EQ(::pipe(ends), 0); }
    ~Pipe() {
      ::close(ends[0]);
      ::close(ends[1]);
    }
    Pipe(const Pipe&) = delete;
    int ends[2];
  };
  Pipe pipe_;  // outlives the log

 public:
  Secrets secrets;
  http::SnapshotStore snapshots{0};
  Log log{{LogFormat::json, LogLevel::info}, secrets, pipe_.ends[1]};
  Loop loop;
  IoThread io_thread;
  IoThread relay_thread;
  const Services services{loop.thread(), io_thread, relay_thread, log, secrets, snapshots};
};

}  // namespace supervisor
