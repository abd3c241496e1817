#include "supervisor/watchdog.hpp"

#include <cstdlib>
#include <string>
#include <thread>

#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

namespace supervisor::test {
namespace {

using namespace std::chrono_literals;

// A service manager that counts what it is told.
class WatchdogTest : public testing::Test {
 protected:
  void SetUp() override {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, path_.size());
    ASSERT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address), 0);
    ::setenv("NOTIFY_SOCKET", path_.c_str(), 1);
  }

  void TearDown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) ::unsetenv(name);
    ::close(socket_);
    ::unlink(path_.c_str());
  }

  static void ask(const std::string& usec, const std::string& pid = std::to_string(::getpid())) {
    ::setenv("WATCHDOG_USEC", usec.c_str(), 1);
    ::setenv("WATCHDOG_PID", pid.c_str(), 1);
  }

  // How often it was fed since the last call.
  int meals() {
    int count = 0;
    char text[64] = {};
    for (ssize_t size = 0; (size = ::recv(socket_, text, sizeof text, 0)) > 0; ++count) {
      EXPECT_EQ(std::string(text, static_cast<std::size_t>(size)), "WATCHDOG=1");
    }
    return count;
  }

  boost::asio::io_context loop;

 private:
  const std::string path_ = testing::TempDir() + "watchdog" + std::to_string(::getpid());
  const int socket_ = ::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
};

TEST_F(WatchdogTest, IsFedAtHalfOfWhatIsTolerated) {
  ask("10000000");
  EXPECT_EQ(watchdog_interval(), 5s);
}

TEST_F(WatchdogTest, IsFedAtOnceAndWhileTheLoopTurns) {
  ask("20000");
  const Watchdog watchdog(loop.get_executor());
  EXPECT_EQ(meals(), 1);
  loop.run_for(200ms);
  const int fed = meals();
  EXPECT_GE(fed, 2);
  EXPECT_LE(fed, 20);
}

TEST_F(WatchdogTest, AStuckLoopDoesNotFeedIt) {
  ask("20000");
  const Watchdog watchdog(loop.get_executor());
  boost::asio::post(loop, [this] {
    meals();
    std::this_thread::sleep_for(100ms);
    EXPECT_EQ(meals(), 0);
  });
  loop.run_for(150ms);
  EXPECT_GE(meals(), 1) << "it turns again";
}

TEST_F(WatchdogTest, NobodyIsFedWhoDoesNotAsk) {
  const Watchdog watchdog(loop.get_executor());
  loop.run_for(20ms);
  EXPECT_EQ(meals(), 0);
}

TEST_F(WatchdogTest, AnotherProcessIsMeant) {
  ask("20000", std::to_string(::getppid()));
  EXPECT_EQ(watchdog_interval(), std::nullopt);
  ::unsetenv("WATCHDOG_PID");
  EXPECT_EQ(watchdog_interval(), 10ms);
}

TEST_F(WatchdogTest, WhatIsNoNumberOfMicrosecondsIsNoQuestion) {
  for (const char* usec :
       {"", "0", "1", "-5", "soon", "20000x", " 20000", "1e6", "99999999999999999999"}) {
    ask(usec);
    EXPECT_EQ(watchdog_interval(), std::nullopt) << usec;
  }
}

}  // namespace
}  // namespace supervisor::test
