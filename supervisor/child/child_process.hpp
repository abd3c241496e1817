#pragma once

#include <memory>
#include <vector>

#include <sys/types.h>

#include "monitor/probes/executor.hpp"
#include "supervisor/child/child.hpp"

namespace supervisor {

// Descriptors above 2 that this program was started with and that are open in its children as
// behind any other wrapper (`3<file`, a make jobserver); ascending, at most 1024. Marks them
// close-on-exec here: launch() opens them in the child again. Also opens /dev/null where 0, 1 or 2
// was closed. Call first thing in main, before anything is opened.
std::vector<int> inherited_descriptors();

// One child process: pipes, process group, parent-death signal, pidfd. The only user of
// Boost.Process. All calls and call-backs on one executor (one thread), and that thread must be the
// main one or live as long: the kernel sends the parent-death signal when the *thread* that
// launched ends. The executor's context must outlive the object.
class ChildProcess : public Child {
 public:
  using Spec = ChildSpec;
  using Handlers = ChildHandlers;

  // Starts the child: own process group, PR_SET_PDEATHSIG SIGKILL (with the check that the parent
  // is still there), default signal dispositions and an empty signal mask, the environment of
  // child_environment.hpp.
  // argv[0] is looked up in PATH; a script without a `#!` line is run by /bin/sh, as execvp does.
  // Nothing else that is open here is open in the child; its limit of descriptors is the one that
  // this program was started with. Where the program that was executed is not FFmpeg itself, or
  // has lost the parent-death signal with its user (parent_death.hpp), all that it starts is
  // guarded. Returns once the child is forked: search and execve run in the child, so that a file
  // system that hangs delays nothing here, and `on_executed` reports their result. Returns null
  // with `error_number` set (errno of pipe or fork; EINVAL for a spec without argv or with a
  // progress_fd below 3 or inherited) when it could not be started; then no child is left.
  static std::unique_ptr<ChildProcess> launch(boost::asio::any_io_executor executor,
                                              const Spec& spec, Handlers handlers,
                                              int& error_number);
  // Kills the group if the child still lives, and reaps it; waits 2 s at most (a process that hangs
  // in the kernel is left to Init).
  ~ChildProcess() override;

  pid_t pid() const override;
  void signal(int number) override;
  void drain_progress() override;
  std::uint64_t progress_pipe() const override;
  void guard() override;

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

// ChildProcess::launch on this executor.
ChildLauncher process_launcher(boost::asio::any_io_executor executor);

}  // namespace supervisor
