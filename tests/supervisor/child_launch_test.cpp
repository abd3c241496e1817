#include <algorithm>
#include <filesystem>

#include <fcntl.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "child_run.hpp"
#include "supervisor/child/descriptor_limit.hpp"

// What a child finds when it starts, and what a launch that fails says.
namespace supervisor::test {
namespace {

class ChildLaunchTest : public testing::Test {
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

TEST_F(ChildLaunchTest, FailedLaunchSaysWhy) {
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

TEST_F(ChildLaunchTest, SpecThatCannotWorkIsRefused) {
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

TEST_F(ChildLaunchTest, ProgramInALaterPathDirectoryIsFoundBehindOneThatMayNotRun) {
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

TEST_F(ChildLaunchTest, ScriptWithoutAShellLineIsRunByTheShell) {
  ChildRun run(loop, {write_file("script", "echo \"$0 $1 $2\" >&2; exit 5\n", 0755), "a b", "c"});
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.exit->code, 5);
  EXPECT_EQ(run.errors, run.spec.argv[0] + " a b c\n");
}

TEST_F(ChildLaunchTest, ArgumentsAndProgramNameArriveAsGiven) {
  ChildRun run(loop, {"sh", "-c", "tr '\\0' '|' < /proc/$$/cmdline >&2", "", "a b", "\"*\""});
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.errors, "sh|-c|tr '\\0' '|' < /proc/$$/cmdline >&2||a b|\"*\"|");
}

TEST_F(ChildLaunchTest, OurOwnSecretsAreNotInItsEnvironment) {
  constexpr const char* names[] = {"FFSUPERVISOR_TOKEN", "AZURACAST_API_KEY",
                                   "AZURACAST_WEBHOOK_PASSWORD"};
  for (const char* name : names) ::setenv(name, "planted", 1);
  ::setenv("FFSUPERVISOR_TOKEN_OF_ANOTHER", "stays", 1);
  ChildRun run(loop, {"sh", "-c", "env >&2"});
  const bool has_run = run.run();
  for (const char* name : names) ::unsetenv(name);
  ASSERT_TRUE(has_run);
  EXPECT_EQ(run.errors.find("planted"), std::string::npos) << run.errors;
  EXPECT_NE(run.errors.find("FFSUPERVISOR_TOKEN_OF_ANOTHER=stays"), std::string::npos);
}

TEST_F(ChildLaunchTest, ItsEnvironmentIsOursButForTheChangesAskedFor) {
  static constexpr std::string_view changes[] = {"OF_BOTH=theirs", "OF_US"};
  ::setenv("OF_BOTH", "ours", 1);
  ::setenv("OF_US", "ours", 1);
  ::setenv("OF_US_TOO", "stays", 1);
  ChildRun run(loop, {"sh", "-c", "env | grep ^OF_ | sort >&2"});
  run.spec.environment = changes;
  const bool has_run = run.run();
  for (const char* name : {"OF_BOTH", "OF_US", "OF_US_TOO"}) ::unsetenv(name);
  ASSERT_TRUE(has_run);
  EXPECT_EQ(run.errors, "OF_BOTH=theirs\nOF_US_TOO=stays\n");
}

TEST_F(ChildLaunchTest, GainsNoPrivilegesWhereItShallNot) {
  ChildRun run(loop, {"sh", "-c", "grep NoNewPrivs /proc/self/status >&2"});
  run.spec.no_new_privileges = true;
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.errors, "NoNewPrivs:\t1\n");
}

TEST_F(ChildLaunchTest, TheRestOfTheEnvironmentPassesWhole) {
  ::setenv("CHILD_TEST", "two words", 1);
  ChildRun run(loop, {"sh", "-c", "env >&2"});
  ASSERT_TRUE(run.run());
  for (char** variable = environ; *variable != nullptr; ++variable) {
    if (std::string(*variable).starts_with("_=")) continue;
    EXPECT_NE(("\n" + run.errors).find("\n" + std::string(*variable)), std::string::npos)
        << *variable;
  }
}

TEST_F(ChildLaunchTest, SignalsAreAsInAFreshProcess) {
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

TEST_F(ChildLaunchTest, LeadsAProcessGroupOfItsOwn) {
  ChildRun run(loop, {"sleep", "1000"});
  ASSERT_TRUE(run.launch());
  EXPECT_EQ(::getpgid(run.child->pid()), run.child->pid());
}

TEST_F(ChildLaunchTest, StdinIsEmptyUnlessItIsPassed) {
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

TEST_F(ChildLaunchTest, StdoutIsOurOwn) {
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

TEST_F(ChildLaunchTest, OnlyWhatWasInheritedIsOpenInTheChild) {
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

TEST_F(ChildLaunchTest, InheritedDescriptorsAreFoundAndKeptFromOtherChildren) {
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

TEST_F(ChildLaunchTest, ClosedStandardDescriptorIsFilledSoThatNoPipeTakesItsNumber) {
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

TEST_F(ChildLaunchTest, ProgressStandsOnTheNumberAskedForWhateverIsThereInTheParent) {
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

TEST_F(ChildLaunchTest, WithoutCaptureThereIsNoProgressPipe) {
  ChildRun run(loop, shell("exec 1>&2; ls /proc/$$/fd; true"));
  run.spec.capture_progress = false;
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.errors, "0\n1\n2\n");
}

// Whoever opens a file that is leased waits until the lease is given up: so does execve.
TEST_F(ChildLaunchTest, AProgramOnAFileSystemThatHangsHoldsUpOnlyItself) {
  ::signal(SIGIO, SIG_IGN);
  const std::string path = write_file("leased", "#!/bin/sh\nexit 7\n", 0755);
  const int lease = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (::fcntl(lease, F_SETLEASE, F_WRLCK) != 0) GTEST_SKIP() << "no leases here";
  ChildRun run(loop, {path});
  run.child = ChildProcess::launch(loop.get_executor(), run.spec, run.handlers(), run.error_number);
  ASSERT_NE(run.child, nullptr);
  run.error_number = -1;
  ChildRun other(loop, {"true"});
  EXPECT_TRUE(other.run());
  EXPECT_EQ(run.error_number, -1) << "it is not known yet";
  ::fcntl(lease, F_SETLEASE, F_UNLCK);
  ::close(lease);
  ASSERT_TRUE(run.wait());
  EXPECT_EQ(run.error_number, 0);
  EXPECT_EQ(run.exit->code, 7);
}

TEST_F(ChildLaunchTest, AProgramThatHangsBeforeItRunsCanBeKilled) {
  ::signal(SIGIO, SIG_IGN);
  const std::string path = write_file("leased", "#!/bin/sh\nexit 7\n", 0755);
  const int lease = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (::fcntl(lease, F_SETLEASE, F_WRLCK) != 0) GTEST_SKIP() << "no leases here";
  ChildRun run(loop, {path});
  run.child = ChildProcess::launch(loop.get_executor(), run.spec, run.handlers(), run.error_number);
  ASSERT_NE(run.child, nullptr);
  run.child->signal(SIGKILL);
  ASSERT_TRUE(run.wait());
  EXPECT_EQ(run.exit->signal, SIGKILL);
  ::close(lease);
}

TEST_F(ChildLaunchTest, WithoutAHandlerAFailedExecutionEndsAsInAShell) {
  const auto code_of = [&](const std::string& program) {
    ChildRun run(loop, {program});
    auto handlers = run.handlers();
    handlers.on_executed = nullptr;
    run.child = ChildProcess::launch(loop.get_executor(), run.spec, handlers, run.error_number);
    EXPECT_TRUE(run.wait());
    return run.exit ? run.exit->code : std::nullopt;
  };
  EXPECT_EQ(code_of("no-such-program-anywhere"), 127);
  EXPECT_EQ(code_of("/etc"), 126);
}

TEST_F(ChildLaunchTest, ThousandLaunchesLeaveNoDescriptorAndNoZombie) {
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

TEST_F(ChildLaunchTest, OutOfDescriptorsIsAnErrorAndLeavesNothing) {
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

TEST_F(ChildLaunchTest, TheLimitOfDescriptorsIsTheOneThisProgramWasStartedWith) {
  const rlimit before = descriptor_limit_of_children();
  raise_descriptor_limit();
  rlimit raised{};
  ::getrlimit(RLIMIT_NOFILE, &raised);
  EXPECT_EQ(raised.rlim_cur, before.rlim_max);
  ChildRun run(loop, shell("ulimit -Sn >&2; ulimit -Hn >&2"));
  ASSERT_TRUE(run.run());
  const auto word = [](rlim_t limit) {
    return limit == RLIM_INFINITY ? std::string("unlimited") : std::to_string(limit);
  };
  EXPECT_EQ(run.errors, word(before.rlim_cur) + "\n" + word(before.rlim_max) + "\n");
  ::setrlimit(RLIMIT_NOFILE, &before);
}

TEST(DescriptorLimit, HttpGetsWhatTheStreamsLeave) {
  EXPECT_EQ(http_connections_limit(1'048'576, 100, 512), 512U);
  EXPECT_LT(http_connections_limit(512, 1, 512), 512U - 50);
  EXPECT_GT(http_connections_limit(512, 1, 512), 300U);
  EXPECT_LT(http_connections_limit(1024, 45, 512), 1024U - 45 * 10);
  EXPECT_EQ(http_connections_limit(256, 100, 512), 4U) << "the health checks";
}

TEST(DescriptorLimit, ATooLowOneIsSaidWithTheStreamsItAllows) {
  EXPECT_EQ(descriptor_warning(1024, 100, 100), std::nullopt);
  EXPECT_EQ(descriptor_warning(1'048'576, 1000, 1000), std::nullopt);
  EXPECT_EQ(descriptor_warning(1024, 1000, 1000),
            "the hard limit of open descriptors (RLIMIT_NOFILE) is 1024, which allows 116 of the "
            "1000 streams to run at once; expected at least 8096 (LimitNOFILE= of systemd, "
            "--ulimit nofile= of Docker)");
  EXPECT_NE(descriptor_warning(1024, 100, 400), std::nullopt) << "four FFmpegs each";
  EXPECT_NE(descriptor_warning(50, 1, 1), std::nullopt);
}

}  // namespace
}  // namespace supervisor::test
