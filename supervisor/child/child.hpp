#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "monitor/evidence.hpp"

namespace supervisor {

// What is executed, and what the child finds open.
struct ChildSpec {
  std::vector<std::string> argv;
  bool pass_stdin = false;       // else `stdin_fd` or /dev/null
  int stdin_fd = -1;             // what the child reads as its stdin; stays the caller's own
  bool join_output = false;      // its stdout into the pipe of its stderr; else this program's own
  bool capture_progress = true;  // a pipe on `progress_fd`
  int progress_fd = 3;           // its number in the child
  std::vector<int> inherited;    // open in the child under the same numbers
  int niceness = 0;              // more than this program's own; 19 at most comes of it
  bool has_own_secrets = false;  // the variables of child_environment.hpp, too
  // `NAME=VALUE` in place of this program's own, a bare NAME is left out; of static storage.
  std::span<const std::string_view> environment = {};
  bool no_new_privileges = false;  // neither setuid nor file capabilities count (prctl(2))
  bool is_guarded = true;  // all of its group and every FFmpeg it started die with this program
};

// Called on the child's executor, never from within the launch or signal(), never after
// destruction. Views are valid during the call. Each may be empty.
struct ChildHandlers {
  // Once, before all others: the program was executed (0), or could not be (errno of execve). After
  // an error nothing else is called, and no child is left. Without this handler such an error comes
  // as an exit, with the code a shell gives: 127 where there is no such program, else 126.
  std::function<void(int error_number)> on_executed = {};
  std::function<void(std::string_view bytes)> on_progress = {};
  // Every process that could write to the progress pipe has closed it.
  std::function<void()> on_progress_end = {};
  std::function<void(std::string_view bytes)> on_stderr = {};
  // Last. The process itself has ended; what the pipes still held has been read and given (without
  // waiting for their end: a grandchild may hold them open), and the rest of its process group was
  // killed.
  std::function<void(monitor::ExitStatus status)> on_exit = {};
};

// A launched child. Passive: it reports, the owner acts. Destruction kills what still lives; a
// handler may destroy it. A seam: tests put a child of their own here.
class Child {
 public:
  Child() = default;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;
  virtual ~Child() = default;

  virtual pid_t pid() const = 0;
  // To the whole process group. Nothing once the child has ended.
  virtual void signal(int number) = 0;
  // Reads what the progress pipe holds now, without waiting: before a loop that was late judges a
  // deadline, it must have read what FFmpeg wrote in time.
  virtual void drain_progress() = 0;
  // The number of the progress pipe, by which FFmpeg is found; 0: there is none.
  virtual std::uint64_t progress_pipe() const { return 0; }
  // It has started another process that must not outlive this program.
  virtual void guard() {}
};

// Starts a child. Null with `error_number` set where it cannot even be forked (errno of pipe or
// fork; EINVAL for a spec that cannot work); then no child is left and no handler is called.
using ChildLauncher = std::function<std::unique_ptr<Child>(
    const ChildSpec& spec, ChildHandlers handlers, int& error_number)>;

}  // namespace supervisor
