#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "monitor/evidence.hpp"
#include "monitor/probes/executor.hpp"

namespace supervisor {

// Descriptors above 2 that this program was started with and that are open in its children as they
// would be behind any other wrapper (`3<file`, a make jobserver); ascending, at most 1024. Marks
// them close-on-exec here: launch() opens them in the child again. Also opens /dev/null where 0, 1
// or 2 was closed. Call first thing in main, before anything is opened.
std::vector<int> inherited_descriptors();

// One child: pipes, process group, parent-death signal, pidfd. The only user of Boost.Process.
// Passive: it reports, the stream_driver acts. All calls and call-backs on one executor (one
// thread), and that thread must be the main one or live as long: the kernel sends the parent-death
// signal when the *thread* that launched ends. The executor's context must outlive the object. A
// call-back may destroy it.
class ChildProcess {
 public:
  struct Spec {
    std::vector<std::string> argv;
    bool pass_stdin = false;   // else `stdin_fd` or /dev/null
    int stdin_fd = -1;         // what the child reads as its stdin; stays the caller's own
    bool join_output = false;  // its stdout into the pipe of its stderr; else this program's own
    bool capture_progress = true;  // a pipe on `progress_fd`
    int progress_fd = 3;           // its number in the child
    std::vector<int> inherited;    // open in the child under the same numbers
  };

  // Called as bytes come; never after `on_exit`, never after destruction. Views are valid during
  // the call.
  struct Handlers {
    std::function<void(std::string_view bytes)> on_progress;
    std::function<void(std::string_view bytes)> on_stderr;
    // The process itself has ended; what the pipes still held has been read and given (without
    // waiting for their end: a grandchild may hold them open), and the rest of its process group
    // was killed.
    std::function<void(monitor::ExitStatus status)> on_exit;
  };

  // Starts the child: own process group, PR_SET_PDEATHSIG SIGKILL (with the check that the parent
  // is still there), default signal dispositions and an empty signal mask, the whole environment.
  // argv[0] is looked up in PATH; a script without a `#!` line is run by /bin/sh, as execvp does.
  // Nothing else that is open here is open in the child. Returns null with `error_number` set
  // (errno of pipe, fork or execve; EINVAL for a spec without argv or with a progress_fd below 3 or
  // inherited) when it could not be started; then no child is left. Returns when the child has
  // executed or failed to.
  static std::unique_ptr<ChildProcess> launch(boost::asio::any_io_executor executor,
                                              const Spec& spec, Handlers handlers,
                                              int& error_number);
  // Kills the group if the child still lives, and reaps it; waits 2 s at most (a process that hangs
  // in the kernel is left to Init).
  ~ChildProcess();

  pid_t pid() const;

  // To the whole process group. Nothing once the child has ended.
  void signal(int number);

  // Reads what the progress pipe holds now, without waiting: before a deadline is judged by a loop
  // that was late, what FFmpeg said in time must be heard.
  void drain_progress();

  // Whether the pid is that of a child of this program's own launching that is not reaped yet (PID
  // 1's reaper must leave it alone).
  static bool owns(pid_t pid);

  // If the pid is owned and has ended: reads its pipes, reaps it and calls its on_exit now, not
  // when the loop comes to its pidfd. For PID 1's reaper, from which an ended child hides the
  // orphans behind it.
  static void settle(pid_t pid);

 private:
  struct State;
  explicit ChildProcess(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace supervisor
