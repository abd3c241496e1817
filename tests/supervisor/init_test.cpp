#include "supervisor/init.hpp"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "child_run.hpp"

namespace supervisor::test {
namespace {

struct Asked {
  int stop = 0;
  int force = 0;
  int hangup = 0;

  Init::Handlers handlers() {
    return {.on_stop = [this] { ++stop; },
            .on_force_stop = [this] { ++force; },
            .on_hangup = [this] { ++hangup; }};
  }
};

class InitTest : public testing::Test {
 protected:
  void TearDown() override { ::prctl(PR_SET_CHILD_SUBREAPER, 0, 0, 0, 0); }

  // A process whose parent, a child of ours, has ended; in a session of its own, so no group's end
  // takes it along.
  static pid_t make_orphan(const char* seconds) {
    int told[2];
    EXPECT_EQ(::pipe2(told, O_CLOEXEC), 0);
    const pid_t parent = ::fork();
    if (parent == 0) {
      const pid_t orphan = ::fork();
      if (orphan == 0) {
        ::setsid();
        ::execlp("sleep", "sleep", seconds, nullptr);
        ::_exit(127);
      }
      ::_exit(::write(told[1], &orphan, sizeof orphan) < 0 ? 1 : 0);
    }
    pid_t orphan = -1;
    // SIGCHLD interrupts it.
    EXPECT_GT(TEMP_FAILURE_RETRY(::read(told[0], &orphan, sizeof orphan)), 0);
    ::close(told[0]);
    ::close(told[1]);
    return orphan;
  }

  boost::asio::io_context loop;
  Asked asked;
};

TEST_F(InitTest, FirstStopSignalStopsALaterOneForces) {
  const Init init(loop.get_executor(), asked.handlers());
  ::raise(SIGTERM);
  ASSERT_TRUE(run_until(loop, [&] { return asked.stop == 1; }));
  EXPECT_EQ(asked.force, 0);
  loop.restart();
  loop.run_for(150ms);  // the time in which it would be the same wish
  ::raise(SIGINT);
  ASSERT_TRUE(run_until(loop, [&] { return asked.force == 1; }));
  ::raise(SIGTERM);
  ASSERT_TRUE(run_until(loop, [&] { return asked.force == 2; }));
  EXPECT_EQ(asked.stop, 1);
}

TEST_F(InitTest, WhatImagesAndServiceManagersStopByStops) {
  for (const int number : {SIGTERM, SIGINT, SIGQUIT, SIGPWR, SIGRTMIN + 3}) {
    Asked each;
    const Init init(loop.get_executor(), each.handlers());
    ::raise(number);
    EXPECT_TRUE(run_until(loop, [&] { return each.stop == 1; })) << number;
    loop.restart();
  }
}

TEST_F(InitTest, SignalsThatAskForNothingDoNotEndTheProgramAndAreNotInherited) {
  const Init init(loop.get_executor(), asked.handlers());
  for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO}) ::raise(number);
  ::raise(SIGHUP);  // comes behind them
  ASSERT_TRUE(run_until(loop, [&] { return asked.hangup == 1; }));
  EXPECT_EQ(asked.stop, 0);
  loop.restart();
  ChildRun run(loop, shell("kill -USR1 $$; exit 7"));
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.exit->signal, SIGUSR1);
}

TEST_F(InitTest, TwoSignalsAtOnceAreOneWish) {
  const Init init(loop.get_executor(), asked.handlers());
  ::raise(SIGTERM);
  ::raise(SIGTERM);
  ::raise(SIGINT);
  ::raise(SIGHUP);  // comes behind them
  ASSERT_TRUE(run_until(loop, [&] { return asked.hangup == 1; }));
  EXPECT_EQ(asked.stop, 1);
  EXPECT_EQ(asked.force, 0);
}

TEST_F(InitTest, HangupAndBrokenPipeDoNotEndTheProgram) {
  const Init init(loop.get_executor(), {});
  ::raise(SIGHUP);
  ::raise(SIGPIPE);
  loop.run_for(10ms);
  SUCCEED() << "still here";
}

TEST_F(InitTest, OrphansComeHereAndAreReaped) {
  const Init init(loop.get_executor(), asked.handlers());
  std::vector<pid_t> orphans;
  for (int i = 0; i < 20; ++i) orphans.push_back(make_orphan("0.05"));
  for (const pid_t orphan : orphans) {
    EXPECT_TRUE(run_until(loop, [&] { return process_state(orphan) == '-'; })) << orphan;
  }
  EXPECT_TRUE(run_until(loop, has_no_children));
}

TEST_F(InitTest, ChildrenFromBeforeAreReapedToo) {
  const pid_t early = ::fork();
  if (early == 0) ::_exit(0);
  ASSERT_TRUE(poll_until([&] { return process_state(early) == 'Z'; }));
  const Init init(loop.get_executor(), asked.handlers());
  EXPECT_TRUE(run_until(loop, has_no_children));
}

TEST_F(InitTest, TheGroupThatDiesWithItsLeaderIsReaped) {
  const Init init(loop.get_executor(), asked.handlers());
  ChildRun run(loop, shell("for i in 1 2 3 4 5; do sleep 1000 & done; exit 6"));
  ASSERT_TRUE(run.run());
  EXPECT_EQ(run.exit->code, 6);
  EXPECT_TRUE(run_until(loop, has_no_children));
}

TEST_F(InitTest, ExitStatusOfOwnChildrenIsNeverStolen) {
  const Init init(loop.get_executor(), asked.handlers());
  for (int i = 0; i < 100; ++i) {
    ChildRun run(loop, shell("exit " + std::to_string(i)));
    ASSERT_TRUE(run.launch());
    if (i % 2 == 0) make_orphan("0");
    ASSERT_TRUE(run.wait());
    EXPECT_EQ(run.exit->code, i);
    EXPECT_EQ(run.exits, 1);
  }
  EXPECT_TRUE(run_until(loop, has_no_children));
}

TEST_F(InitTest, AnUnhandledEndOfAnOwnChildHidesNoOrphan) {
  const Init init(loop.get_executor(), asked.handlers());
  boost::asio::io_context late_loop;  // never turned: the child's own pidfd is not looked at
  ChildRun run(late_loop, shell("echo last words >&2; exit 8"));
  ASSERT_TRUE(run.launch());
  ASSERT_TRUE(poll_until([&] { return process_state(run.child->pid()) == 'Z'; }));
  const pid_t orphan = make_orphan("0");
  EXPECT_TRUE(run_until(loop, [&] { return process_state(orphan) == '-'; }));
  EXPECT_EQ(run.exit, (monitor::ExitStatus{.code = 8, .signal = {}}));
  EXPECT_EQ(run.errors, "last words\n");
  EXPECT_EQ(run.exits, 1);
}

TEST_F(InitTest, SignalsMeanWhatTheyMeantOnceItIsGone) {
  { const Init init(loop.get_executor(), asked.handlers()); }
  loop.run_for(10ms);
  struct sigaction action {};
  ::sigaction(SIGTERM, nullptr, &action);
  EXPECT_EQ(action.sa_handler, SIG_DFL);
}

class NotifyTest : public testing::Test {
 protected:
  void TearDown() override { ::unsetenv("NOTIFY_SOCKET"); }

  // Listens on the name, tells it something and returns what came.
  static std::string tell(const std::string& name) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    name.copy(address.sun_path, name.size());
    if (name[0] == '@') address.sun_path[0] = '\0';
    const int socket = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(::bind(socket, reinterpret_cast<const sockaddr*>(&address), size), 0);
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    notify_service_manager("READY=1");
    char text[64] = {};
    const ssize_t count = ::recv(socket, text, sizeof text, 0);
    ::close(socket);
    return {text, static_cast<std::size_t>(std::max<ssize_t>(count, 0))};
  }
};

TEST_F(NotifyTest, ReachesASocketOnThePath) {
  const std::string path = testing::TempDir() + "notify" + std::to_string(::getpid());
  EXPECT_EQ(tell(path), "READY=1");
  ::unlink(path.c_str());
}

TEST_F(NotifyTest, ReachesAnAbstractSocket) {
  EXPECT_EQ(tell("@ffsupervisor-test-" + std::to_string(::getpid())), "READY=1");
}

TEST_F(NotifyTest, NobodyThereIsNoError) {
  const int before = count_descriptors();
  notify_service_manager("READY=1");
  for (const std::string& name :
       {std::string("/no/such/socket"), std::string("@"), std::string(""), std::string(300, 'x')}) {
    ::setenv("NOTIFY_SOCKET", name.c_str(), 1);
    notify_service_manager("READY=1");
  }
  EXPECT_EQ(count_descriptors(), before);
}

}  // namespace
}  // namespace supervisor::test
