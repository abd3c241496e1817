#pragma once

#include <chrono>
#include <fstream>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <dirent.h>
#include <gtest/gtest.h>
#include <sys/wait.h>

#include "supervisor/child/child_process.hpp"

namespace supervisor::test {

using namespace std::chrono_literals;

constexpr auto deadline = 20s;  // for what takes milliseconds on an idle machine

// Turns the loop until the condition holds; false if it did not in time.
inline bool run_until(boost::asio::io_context& loop, const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + deadline;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    loop.restart();
    loop.run_for(5ms);
  }
  return true;
}

// The same without a loop.
inline bool poll_until(const std::function<bool()>& condition) {
  boost::asio::io_context none;
  return run_until(none, condition);
}

// One child and all that it said.
struct ChildRun {
  boost::asio::io_context& loop;
  ChildProcess::Spec spec;
  std::string progress;
  std::string errors;
  std::optional<monitor::ExitStatus> exit;
  int exits = 0;
  int error_number = -1;
  std::unique_ptr<ChildProcess> child;

  ChildRun(boost::asio::io_context& on, std::vector<std::string> argv) : loop(on) {
    spec.argv = std::move(argv);
  }

  // Turns the loop until it is known whether the program was executed, and no further.
  bool launch() {
    child = ChildProcess::launch(loop.get_executor(), spec, handlers(), error_number);
    if (!child) return false;
    error_number = -1;
    const auto end = std::chrono::steady_clock::now() + deadline;
    while (error_number < 0 && std::chrono::steady_clock::now() < end) {
      loop.restart();
      loop.run_one_for(5ms);
    }
    if (error_number != 0) child.reset();
    return child != nullptr;
  }
  bool wait() {
    return run_until(loop, [this] { return exit.has_value(); });
  }
  bool run() { return launch() && wait(); }

  ChildProcess::Handlers handlers() {
    return {.on_executed = [this](int number) { error_number = number; },
            .on_progress = [this](std::string_view bytes) { progress += bytes; },
            .on_stderr = [this](std::string_view bytes) { errors += bytes; },
            .on_exit =
                [this](monitor::ExitStatus status) {
                  exit = status;
                  ++exits;
                }};
  }
};

inline std::vector<std::string> shell(const std::string& script) {
  return {"sh", "-c", script};
}

// The state letter of /proc/PID/stat; '-' when there is no such process.
inline char process_state(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  std::string text;
  std::getline(file, text);
  const auto end = text.rfind(") ");
  return end == std::string::npos ? '-' : text.at(end + 2);
}

inline bool is_gone(pid_t pid) {
  const char state = process_state(pid);
  return state == '-' || state == 'Z' || state == 'X';
}

inline bool has_no_children() {
  siginfo_t info{};
  return ::waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) != 0 && errno == ECHILD;
}

inline int count_descriptors() {
  int count = 0;
  DIR* directory = ::opendir("/proc/self/fd");
  while (::readdir(directory) != nullptr) ++count;
  ::closedir(directory);
  return count;
}

}  // namespace supervisor::test
