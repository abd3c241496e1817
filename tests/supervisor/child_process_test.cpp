#include "supervisor/child_process.hpp"

#include <filesystem>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child_run.hpp"

namespace supervisor::test {
namespace {

class ChildProcessTest : public testing::Test {
 protected:
  void TearDown() override {
    EXPECT_TRUE(has_no_children()) << "a child or a zombie was left behind";
  }

  std::string write_file(const std::string& name, const std::string& text, mode_t mode) {
    const std::string path = testing::TempDir() + name + std::to_string(::getpid());
    std::ofstream(path) << text;
    ::chmod(path.c_str(), mode);
    return path;
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

// Puts another description on a descriptor number for a while.
class Replaced {
 public:
  Replaced(int number, int with) : number_(number), before_(::fcntl(number, F_DUPFD_CLOEXEC, 200)) {
    ::dup2(with, number);
  }
  ~Replaced() {
    if (before_ < 0) {
      ::close(number_);
      return;
    }
    ::dup2(before_, number_);
    ::close(before_);
  }

 private:
  int number_;
  int before_;
};

int text_descriptor(const std::string& text) {
  const int fd = ::memfd_create("text", MFD_CLOEXEC);
  EXPECT_EQ(::write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
  ::lseek(fd, 0, SEEK_SET);
  return fd;
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
  ChildRun run(loop, {"true"});
  ASSERT_TRUE(run.launch());
  const pid_t pid = run.child->pid();
  ASSERT_TRUE(poll_until([&] { return process_state(pid) == 'Z'; }));
  EXPECT_TRUE(ChildProcess::owns(pid));
  EXPECT_FALSE(ChildProcess::owns(::getpid()));
  ASSERT_TRUE(run.wait());
  EXPECT_FALSE(ChildProcess::owns(pid));
}

TEST_F(ChildProcessTest, FailedLaunchSaysWhy) {
  const auto error_of = [&](const std::string& program) {
    ChildRun run(loop, {program});
    EXPECT_FALSE(run.launch());
    return run.error_number;
  };
  EXPECT_EQ(error_of("no-such-program-anywhere"), ENOENT);
  EXPECT_EQ(error_of("/no/such/program"), ENOENT);
  EXPECT_EQ(error_of(""), ENOENT);
  EXPECT_EQ(error_of("/etc"), EACCES);
  EXPECT_EQ(error_of("/etc/passwd/x"), ENOTDIR);
  EXPECT_EQ(error_of(write_file("plain", "text", 0644)), EACCES);
  EXPECT_EQ(error_of(write_file("shebang", "#!/no/such/interpreter\n", 0755)), ENOENT);
}

TEST_F(ChildProcessTest, SpecThatCannotWorkIsRefused) {
  ChildRun empty(loop, {});
  EXPECT_FALSE(empty.launch());
  EXPECT_EQ(empty.error_number, EINVAL);
  ChildRun low(loop, {"true"});
  low.spec.progress_fd = 2;
  EXPECT_FALSE(low.launch());
  EXPECT_EQ(low.error_number, EINVAL);
  ChildRun taken(loop, {"true"});
  taken.spec.inherited = {3};
  EXPECT_FALSE(taken.launch());
  EXPECT_EQ(taken.error_number, EINVAL);
}

TEST_F(ChildProcessTest, ProgramInALaterPathDirectoryIsFoundBehindOneThatMayNotRun) {
  const std::string directory = testing::TempDir() + "path" + std::to_string(::getpid());
  std::filesystem::create_directories(directory + "/true");
  const std::string before = ::getenv("PATH");
  ::setenv("PATH", directory.c_str(), 1);
  ChildRun alone(loop, {"true"});
  EXPECT_FALSE(alone.launch());
  EXPECT_EQ(alone.error_number, EACCES);
  ::setenv("PATH", ("/no/such:" + directory + ":" + before).c_str(), 1);
  ChildRun run(loop, {"true"});
  EXPECT_TRUE(run.run());
  ::setenv("PATH", before.c_str(), 1);
}

TEST_F(ChildProcessTest, ScriptWithoutAShellLineIsRunByTheShell) {
  ChildRun run(loop, {write_file("script", "echo \"$0 $1 $2\" >&2; exit 5\n", 0755), "a b", "c"});
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.exit->code, 5);
  EXPECT_EQ(run.errors, run.spec.argv[0] + " a b c\n");
}

TEST_F(ChildProcessTest, ArgumentsAndProgramNameArriveAsGiven) {
  ChildRun run(loop, {"sh", "-c", "tr '\\0' '|' < /proc/$$/cmdline >&2", "", "a b", "\"*\""});
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.errors, "sh|-c|tr '\\0' '|' < /proc/$$/cmdline >&2||a b|\"*\"|");
}

TEST_F(ChildProcessTest, EnvironmentPassesWhole) {
  ::setenv("CHILD_TEST", "two words", 1);
  ChildRun run(loop, {"sh", "-c", "env >&2"});
  ASSERT_TRUE(run.run());
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::string(*variable).starts_with("_=")) continue;
    EXPECT_NE(("\n" + run.errors).find("\n" + std::string(*variable)), std::string::npos)
        << *variable;
  }
}

TEST_F(ChildProcessTest, SignalsAreAsInAFreshProcess) {
  ::signal(SIGPIPE, SIG_IGN);
  ::signal(SIGHUP, SIG_IGN);
  sigset_t some;
  sigset_t before;
  ::sigemptyset(&some);
  ::sigaddset(&some, SIGUSR1);
  ::pthread_sigmask(SIG_BLOCK, &some, &before);
  ChildRun run(loop, {"sh", "-c", "grep -E 'Sig(Ign|Blk)' /proc/self/status >&2"});
  EXPECT_TRUE(run.run());
  EXPECT_EQ(run.errors, "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
  sigset_t after;
  ::pthread_sigmask(SIG_SETMASK, &before, &after);
  EXPECT_TRUE(::sigismember(&after, SIGUSR1)) << "the parent's own mask is unchanged";
  EXPECT_FALSE(::sigismember(&after, SIGTERM));
  ::signal(SIGPIPE, SIG_DFL);
  ::signal(SIGHUP, SIG_DFL);
}

TEST_F(ChildProcessTest, LeadsAProcessGroupOfItsOwn) {
  ChildRun run(loop, {"sleep", "1000"});
  ASSERT_TRUE(run.launch());
  EXPECT_EQ(::getpgid(run.child->pid()), run.child->pid());
}

TEST_F(ChildProcessTest, StdinIsEmptyUnlessItIsPassed) {
  const int text = text_descriptor("from outside");
  const Replaced standard_input(0, text);
  ChildRun without(loop, shell("cat >&2"));
  ASSERT_TRUE(without.run());
  EXPECT_EQ(without.errors, "");
  ChildRun with(loop, shell("cat >&2"));
  with.spec.pass_stdin = true;
  ASSERT_TRUE(with.run());
  EXPECT_EQ(with.errors, "from outside");
  ::close(text);
}

TEST_F(ChildProcessTest, StdoutIsOurOwn) {
  const int file = ::memfd_create("stdout", MFD_CLOEXEC);
  {
    const Replaced standard_output(1, file);
    ChildRun run(loop, {"echo", "through"});
    EXPECT_TRUE(run.run());
  }
  char text[16] = {};
  EXPECT_EQ(::pread(file, text, sizeof text - 1, 0), 8);
  EXPECT_STREQ(text, "through\n");
  ::close(file);
}

TEST_F(ChildProcessTest, OnlyWhatWasInheritedIsOpenInTheChild) {
  const int text = text_descriptor("handed down");
  const Replaced inherited(50, text);
  ::fcntl(50, F_SETFD, FD_CLOEXEC);
  const Replaced ours(40, text);  // not marked close-on-exec, as Asio's sockets
  ChildRun run(loop, {"bash", "-c", "exec 1>&2; cat <&50; echo; ls -v /proc/$$/fd; true"});
  run.spec.inherited = {50};
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.errors, "handed down\n0\n1\n2\n3\n50\n");
  ::close(text);
}

TEST_F(ChildProcessTest, InheritedDescriptorsAreFoundAndKeptFromOtherChildren) {
  const int text = text_descriptor("x");
  const Replaced one(70, text);
  const Replaced other(65, text);
  const Replaced marked(75, text);
  ::fcntl(75, F_SETFD, FD_CLOEXEC);
  const auto found = inherited_descriptors();
  const auto has = [&](int fd) { return std::find(found.begin(), found.end(), fd) != found.end(); };
  EXPECT_TRUE(has(65));
  EXPECT_TRUE(has(70));
  EXPECT_FALSE(has(75));
  EXPECT_FALSE(has(2));
  EXPECT_TRUE(std::is_sorted(found.begin(), found.end()));
  EXPECT_EQ(::fcntl(70, F_GETFD), FD_CLOEXEC);
  for (const int fd : found) ::fcntl(fd, F_SETFD, 0);
  ::close(text);
}

TEST_F(ChildProcessTest, ClosedStandardDescriptorIsFilledSoThatNoPipeTakesItsNumber) {
  const int text = text_descriptor("x");
  {
    const Replaced standard_input(0, text);
    ::close(0);
    for (const int fd : inherited_descriptors()) ::fcntl(fd, F_SETFD, 0);
    char byte = 0;
    EXPECT_EQ(::read(0, &byte, 1), 0);
    EXPECT_EQ(::fcntl(0, F_GETFD), 0);
  }
  ::close(text);
}

TEST_F(ChildProcessTest, ProgressStandsOnTheNumberAskedForWhateverIsThereInTheParent) {
  for (const int number : {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 99}) {
    // bash: dash knows only one digit in `>&N`
    ChildRun run(loop, {"bash", "-c", "echo here >&" + std::to_string(number)});
    run.spec.progress_fd = number;
    ASSERT_TRUE(run.run()) << number;
    EXPECT_EQ(run.progress, "here\n") << number;
    EXPECT_EQ(run.exit->code, 0) << run.errors;
    // The launcher's own pipe was not trodden on.
    ChildRun missing(loop, {write_file("bad", "#!/no/such/interpreter\n", 0755)});
    missing.spec.progress_fd = number;
    EXPECT_FALSE(missing.launch()) << number;
    EXPECT_EQ(missing.error_number, ENOENT) << number;
  }
}

TEST_F(ChildProcessTest, WithoutCaptureThereIsNoProgressPipe) {
  ChildRun run(loop, shell("exec 1>&2; ls /proc/$$/fd; true"));
  run.spec.capture_progress = false;
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.errors, "0\n1\n2\n");
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

TEST_F(ChildProcessTest, ThousandLaunchesLeaveNoDescriptorAndNoZombie) {
  ASSERT_TRUE(ChildRun(loop, {"true"}).run());
  const int before = count_descriptors();
  for (int i = 0; i < 1000; ++i) {
    ChildRun run(loop, {i % 10 == 0 ? "/no/such" : "true"});
    ASSERT_EQ(run.launch(), i % 10 != 0);
    if (!run.child || i % 3 != 0) continue;  // destroyed alive
    ASSERT_TRUE(run.wait());
  }
  loop.restart();
  loop.run_for(10ms);
  EXPECT_EQ(count_descriptors(), before);
  EXPECT_TRUE(has_no_children());
}

TEST_F(ChildProcessTest, OutOfDescriptorsIsAnErrorAndLeavesNothing) {
  rlimit before{};
  ::getrlimit(RLIMIT_NOFILE, &before);
  ASSERT_TRUE(ChildRun(loop, {"true"}).run());
  const int open_now = count_descriptors();
  int failures = 0;
  for (rlim_t limit = 4; limit < 40; ++limit) {
    rlimit low{.rlim_cur = limit, .rlim_max = before.rlim_max};
    ::setrlimit(RLIMIT_NOFILE, &low);
    ChildRun run(loop, {"true"});
    const bool launched = run.launch();
    ::setrlimit(RLIMIT_NOFILE, &before);
    if (launched) {
      EXPECT_TRUE(run.wait());
    } else {
      ++failures;
      EXPECT_TRUE(run.error_number == EMFILE || run.error_number == EINVAL ||
                  run.error_number == EBADF)
          << run.error_number << " at " << limit;
    }
    EXPECT_EQ(count_descriptors(), open_now) << limit;
    EXPECT_TRUE(has_no_children()) << limit;
  }
  EXPECT_GT(failures, 0);
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
