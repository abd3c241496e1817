#include "supervisor/child/child_process.hpp"

#include <algorithm>

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "child_run.hpp"

namespace supervisor::test {
namespace {

class ChildProcessTest : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_TRUE(has_no_children()) << "a child or a zombie was left behind";
  }

  boost::asio::io_context loop;
};

long peak_memory_kib() {
  std::ifstream status("/proc/self/status");
  for (std::string line; std::getline(status, line);) {
    if (line.starts_with("VmHWM:")) return std::stol(line.substr(6));
  }
  return 0;
}

TEST_F(ChildProcessTest, ExitCodeArrivesWithEverythingThatWasSaid) {
  ChildRun run(loop, shell("echo frame=1 >&3; echo oops >&2; exit 42"));
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.exit->code, 42);
  EXPECT_EQ(run.exit->signal, std::nullopt);
  EXPECT_EQ(run.progress, "frame=1\n");
  EXPECT_EQ(run.errors, "oops\n");
  EXPECT_EQ(run.exits, 1);
}

TEST_F(ChildProcessTest, SuccessIsCodeZero) {
  ChildRun run(loop, {"true"});
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.exit, (monitor::ExitStatus{.code = 0, .signal = {}}));
}

TEST_F(ChildProcessTest, SignalsAreTellableFromExitCodes) {
  ChildRun killed(loop, shell("kill -9 $$"));
  ASSERT_TRUE(killed.run());
  EXPECT_EQ(killed.exit, (monitor::ExitStatus{.code = {}, .signal = SIGKILL}));
  ChildRun nine(loop, shell("exit 9"));
  ASSERT_TRUE(nine.run());
  EXPECT_EQ(nine.exit, (monitor::ExitStatus{.code = 9, .signal = {}}));
}

TEST_F(ChildProcessTest, SignalReachesTheWholeGroup) {
  ChildRun run(loop, shell("trap 'wait; exit 3' TERM;"
                           " sh -c 'trap \"echo inner >&2; exit\" TERM; echo ready >&2;"
                           " while :; do sleep 0.02; done' & wait"));
  ASSERT_TRUE(run.launch());
  ASSERT_TRUE(run_until(loop, [&] { return run.errors == "ready\n"; }));
  run.child->signal(SIGTERM);
  ASSERT_TRUE(run.wait());
  EXPECT_EQ(run.exit->code, 3);
  EXPECT_NE(run.errors.find("inner"), std::string::npos);
  run.child->signal(SIGTERM);  // nothing happens to anybody
}

TEST_F(ChildProcessTest, StoppedChildIsNotAnExitAndCanBeKilled) {
  ChildRun run(loop, {"sleep", "1000"});
  ASSERT_TRUE(run.launch());
  run.child->signal(SIGSTOP);
  ASSERT_TRUE(run_until(loop, [&] { return process_state(run.child->pid()) == 'T'; }));
  EXPECT_EQ(run.exits, 0);
  run.child->signal(SIGKILL);
  ASSERT_TRUE(run.wait());
  EXPECT_EQ(run.exit->signal, SIGKILL);
}

TEST_F(ChildProcessTest, GrandchildThatHoldsThePipesDelaysNoExitAndIsKilled) {
  ChildRun run(loop, shell("sleep 1000 & echo $! >&3; exit 7"));
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.exit->code, 7);
  const pid_t grandchild = std::stoi(run.progress);
  EXPECT_TRUE(poll_until([&] { return is_gone(grandchild); }));
}

TEST_F(ChildProcessTest, WhatThePipesHoldAtTheEndIsGivenBeforeTheExit) {
  ChildRun run(loop, shell("head -c 60000 /dev/zero >&3; head -c 900000 /dev/zero >&2"));
  ASSERT_TRUE(run.launch());
  ASSERT_TRUE(poll_until([&] { return process_state(run.child->pid()) == 'Z'; }))
      << "the pipes took less than that";
  ChildProcess::settle(run.child->pid());  // no turn of the loop
  ASSERT_TRUE(run.exit.has_value());
  EXPECT_EQ(run.progress.size(), 60000U);
  EXPECT_EQ(run.errors.size(), 900000U);
}

TEST_F(ChildProcessTest, DestructionKillsTheGroupAndReaps) {
  ChildRun run(loop, shell("trap '' TERM; sleep 1000 & echo $! >&3; wait"));
  ASSERT_TRUE(run.launch());
  ASSERT_TRUE(run_until(loop, [&] { return !run.progress.empty(); }));
  const pid_t grandchild = std::stoi(run.progress);
  const pid_t pid = run.child->pid();
  run.child.reset();
  EXPECT_EQ(process_state(pid), '-');
  EXPECT_TRUE(poll_until([&] { return is_gone(grandchild); }));
  loop.restart();
  loop.run_for(10ms);
  EXPECT_EQ(run.exits, 0);
}

TEST_F(ChildProcessTest, CallBackMayDestroyTheChild) {
  ChildRun run(loop, shell("echo now >&2; sleep 1000"));
  auto handlers = run.handlers();
  handlers.on_stderr = [&](std::string_view) { run.child.reset(); };
  run.child = ChildProcess::launch(loop.get_executor(), run.spec, handlers, run.error_number);
  ASSERT_NE(run.child, nullptr);
  EXPECT_TRUE(run_until(loop, [&] { return run.child == nullptr; }));

  ChildRun other(loop, {"true"});
  handlers = {};
  bool ended = false;
  handlers.on_exit = [&](monitor::ExitStatus) {
    other.child.reset();
    ended = true;
  };
  other.child = ChildProcess::launch(loop.get_executor(), other.spec, handlers, other.error_number);
  ASSERT_NE(other.child, nullptr);
  EXPECT_TRUE(run_until(loop, [&] { return ended; }));
}

TEST_F(ChildProcessTest, DrainHearsWhatTheLoopHasNotYet) {
  ChildRun run(loop, shell("echo frame=1 >&3; echo $$ >&2; sleep 1000"));
  ASSERT_TRUE(run.launch());
  ASSERT_TRUE(poll_until([&] {  // no turn of the loop
    run.child->drain_progress();
    return !run.progress.empty();
  }));
  EXPECT_EQ(run.progress, "frame=1\n");
  EXPECT_EQ(run.errors, "");
}

TEST_F(ChildProcessTest, OwnedUntilReaped) {
  ChildRun run(loop, {"sleep", "1000"});
  ASSERT_TRUE(run.launch());
  const pid_t pid = run.child->pid();
  ::kill(pid, SIGKILL);
  ASSERT_TRUE(poll_until([&] { return process_state(pid) == 'Z'; }));
  EXPECT_TRUE(ChildProcess::owns(pid));
  EXPECT_FALSE(ChildProcess::owns(::getpid()));
  ASSERT_TRUE(run.wait());
  EXPECT_FALSE(ChildProcess::owns(pid));
}

TEST_F(ChildProcessTest, ClosedPipesAreNoExitAndNoBusyLoop) {
  ChildRun run(loop, shell("exec 2>&- 3>&-; sleep 1000"));
  ASSERT_TRUE(run.launch());
  ASSERT_TRUE(run_until(loop, [&] { return process_state(run.child->pid()) == 'S'; }));
  loop.restart();
  loop.run_for(50ms);
  loop.restart();
  EXPECT_LT(loop.run_for(50ms), 5U) << "call-backs in 50 ms of silence";
  EXPECT_EQ(run.exits, 0);
}

TEST_F(ChildProcessTest, FloodIsDrainedInBoundedMemory) {
  ChildRun run(loop, shell("yes 0123456789 | head -c 200000000 >&2; echo done >&3"));
  auto handlers = run.handlers();
  std::size_t bytes = 0;
  std::size_t largest = 0;
  handlers.on_stderr = [&](std::string_view chunk) {
    bytes += chunk.size();
    largest = std::max(largest, chunk.size());
  };
  const long before = peak_memory_kib();
  run.child = ChildProcess::launch(loop.get_executor(), run.spec, handlers, run.error_number);
  ASSERT_TRUE(run.wait());
  EXPECT_EQ(bytes, 200000000U);
  EXPECT_LE(largest, 65536U);
  EXPECT_EQ(run.progress, "done\n");
  EXPECT_LT(peak_memory_kib() - before, 16 * 1024);
}

TEST_F(ChildProcessTest, FloodDelaysNeitherProgressNorTimersNorTheExit) {
  ChildRun run(loop, shell("yes >&2 & yes >&2 & for i in 1 2 3 4 5; do echo $i >&3; done; wait"));
  auto handlers = run.handlers();
  handlers.on_stderr = {};
  run.child = ChildProcess::launch(loop.get_executor(), run.spec, handlers, run.error_number);
  ASSERT_NE(run.child, nullptr);
  EXPECT_TRUE(run_until(loop, [&] { return run.progress == "1\n2\n3\n4\n5\n"; }));
  bool fired = false;
  boost::asio::steady_timer timer(loop, 1ms);
  timer.async_wait([&](const boost::system::error_code&) { fired = true; });
  EXPECT_TRUE(run_until(loop, [&] { return fired; }));
  run.child->signal(SIGKILL);
  ASSERT_TRUE(run.wait());
  EXPECT_EQ(run.exit->signal, SIGKILL);
}

TEST_F(ChildProcessTest, FloodingGrandchildDelaysNoExit) {
  ChildRun run(loop, shell("yes >&2 & exit 4"));
  auto handlers = run.handlers();
  handlers.on_stderr = {};
  run.child = ChildProcess::launch(loop.get_executor(), run.spec, handlers, run.error_number);
  ASSERT_TRUE(run.wait());
  EXPECT_EQ(run.exit->code, 4);
}

TEST_F(ChildProcessTest, EveryExitOfAChainOfRelaunchesArrives) {
  int left = 500;
  std::unique_ptr<ChildProcess> current;
  std::unique_ptr<ChildProcess> last;
  std::function<void()> relaunch = [&] {
    ChildProcess::Spec spec;
    spec.argv = {"true"};
    int error_number = 0;
    last = std::move(current);
    current = ChildProcess::launch(loop.get_executor(), spec,
                                   {.on_progress = {},
                                    .on_stderr = {},
                                    .on_exit =
                                        [&](monitor::ExitStatus) {
                                          if (--left > 0) relaunch();
                                        }},
                                   error_number);
    ASSERT_NE(current, nullptr) << error_number;
  };
  relaunch();
  EXPECT_TRUE(run_until(loop, [&] { return left == 0; })) << left << " to go";
}

// The supervisor is killed: nothing of ours runs any more, and the child must go all the same.
TEST_F(ChildProcessTest, ChildDiesWithAKilledSupervisor) {
  int told[2];
  ASSERT_EQ(::pipe2(told, O_CLOEXEC), 0);
  const pid_t supervisor = ::fork();
  if (supervisor == 0) {
    boost::asio::io_context own_loop;
    ChildRun run(own_loop, {"sleep", "1000"});
    const pid_t pid = run.launch() ? run.child->pid() : -1;
    if (::write(told[1], &pid, sizeof pid) < 0) ::_exit(1);
    for (;;) ::pause();
  }
  pid_t child = -1;
  ASSERT_EQ(::read(told[0], &child, sizeof child), static_cast<ssize_t>(sizeof child));
  ASSERT_GT(child, 0);
  EXPECT_FALSE(is_gone(child));
  ::kill(supervisor, SIGKILL);
  ::waitpid(supervisor, nullptr, 0);
  EXPECT_TRUE(poll_until([&] { return is_gone(child); }));
  ::close(told[0]);
  ::close(told[1]);
}

}  // namespace
}  // namespace supervisor::test
