#include <array>
#include <cstddef>
#include <cstring>
#include <filesystem>
#include <iterator>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>

#include "monitor/probes/sockets.hpp"
#include "tests/monitor/kernel_knows.hpp"
#include "tests/monitor/loopback_sockets.hpp"

namespace monitor::probes {
namespace {

// What a child's probe, made by `make`, says at its first reading.
std::string trouble_of(SocketsProbe probe) {
  const bool read = probe.read().has_value();
  return (read ? "read; " : "empty; ") + probe.trouble();
}

TEST(SocketsTrouble, AProcessThatIsGoneHasNone) {
  if (!kernel_knows_sock_diag()) GTEST_SKIP() << "this kernel knows no sock_diag";
  Child child([](int told) {
    const Pair pair;
    say(told, "ready");
    ::pause();
  });
  ASSERT_EQ(child.listen(), "ready");
  const pid_t pid = child.pid();
  SocketsProbe probe(pid, {});
  const auto alive = probe.read();
  ASSERT_TRUE(alive);
  EXPECT_EQ(alive->size(), 2U);
  child.end();
  ASSERT_TRUE(probe.read()) << probe.trouble();
  EXPECT_TRUE(probe.read()->empty());
  SocketsProbe late(pid, {});
  ASSERT_TRUE(late.read()) << late.trouble();
  EXPECT_TRUE(late.read()->empty());
  EXPECT_EQ(late.trouble(), "");
}

// From here on this process can open no netlink socket, as in a container that forbids it.
void forbid_netlink() {
  const auto nr = static_cast<std::uint32_t>(offsetof(seccomp_data, nr));
  const auto family = static_cast<std::uint32_t>(offsetof(seccomp_data, args));
  std::array<sock_filter, 6> filter{
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, nr),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_socket, 0, 3),
      sock_filter BPF_STMT(BPF_LD | BPF_W | BPF_ABS, family),
      sock_filter BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, AF_NETLINK, 0, 1),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
      sock_filter BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)};
  const sock_fprog program{.len = filter.size(), .filter = filter.data()};
  ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0) ::_exit(1);
}

constexpr const char* netlink_forbidden =
    "empty; The kernel's view of FFmpeg's connections is not available here: "
    "sock_diag: Operation not permitted.";

TEST(SocketsTrouble, WithoutNetlinkThereIsOneClearSentence) {
  if (!kernel_knows_seccomp_filters()) GTEST_SKIP() << "this kernel knows no seccomp filters";
  const Child child([](int told) {
    const Pair pair;
    forbid_netlink();
    say(told, trouble_of(SocketsProbe(::getpid(), {})));
  });
  EXPECT_EQ(child.listen(), netlink_forbidden);
}

TEST(SocketsTrouble, WithoutNetlinkUdpIsNotTakenForNoConnection) {
  if (!kernel_knows_seccomp_filters()) GTEST_SKIP() << "this kernel knows no seccomp filters";
  const Child child([](int told) {
    const Fd only = open_socket(AF_INET, SOCK_DGRAM);
    forbid_netlink();
    say(told, trouble_of(SocketsProbe(::getpid(), {})));
  });
  EXPECT_EQ(child.listen(), netlink_forbidden);
}

TEST(SocketsTrouble, AProcessOfAnotherUserIsNotReadAndItIsSaid) {
  const pid_t other = ::geteuid() == 0 ? ::getpid() : 1;
  const Child child([&](int told) {
    if (::geteuid() == 0 && ::setuid(65534) != 0) ::_exit(1);
    say(told, trouble_of(SocketsProbe(other, {})));
  });
  EXPECT_EQ(child.listen(),
            "empty; The kernel's view of FFmpeg's connections is not available here: /proc/" +
                std::to_string(other) + "/fd: Permission denied.");
}

TEST(SocketsTrouble, AConnectionInAnotherNetworkNamespaceIsNotSeenAndItIsSaid) {
  if (!kernel_knows_sock_diag()) GTEST_SKIP() << "this kernel knows no sock_diag";
  const Child child([](int told) {
    if (::unshare(CLONE_NEWNET) != 0 && ::unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
      say(told, "no namespaces");
      return;
    }
    const Fd any = open_socket(AF_INET, SOCK_DGRAM);
    ifreq up{};
    std::strcpy(up.ifr_name, "lo");
    up.ifr_flags = IFF_UP;
    if (::ioctl(any.get(), SIOCSIFFLAGS, &up) != 0) ::_exit(1);
    const Pair pair;
    say(told, "ready");
    ::pause();
  });
  const std::string said = child.listen();
  if (said == "no namespaces") GTEST_SKIP() << "this machine allows no network namespaces";
  ASSERT_EQ(said, "ready");
  EXPECT_EQ(trouble_of(SocketsProbe(child.pid(), {})),
            "empty; The kernel's view of FFmpeg's connections is not available here: "
            "FFmpeg has a network namespace of its own.");
}

TEST(SocketsTrouble, TroubleThatPassesIsOverAfterSixtyReadings) {
  if (!kernel_knows_sock_diag()) GTEST_SKIP() << "this kernel knows no sock_diag";
  const Pair pair;
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const rlimit none{.rlim_cur = 0, .rlim_max = before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  SocketsProbe probe(::getpid(), {});
  const bool read = probe.read().has_value();
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(read);
  EXPECT_NE(probe.trouble().find("Too many open files"), std::string::npos) << probe.trouble();

  int readings = 1;
  while (readings <= 60 && !probe.read()) ++readings;
  EXPECT_EQ(readings, 60) << "not sooner: it costs; not later";
  EXPECT_EQ(probe.trouble(), "");
}

TEST(SocketsTrouble, NothingIsLeftOpen) {
  if (!kernel_knows_sock_diag()) GTEST_SKIP() << "this kernel knows no sock_diag";
  const auto open_now = [] {
    const std::filesystem::directory_iterator all("/proc/self/fd");
    return std::distance(begin(all), end(all));
  };
  const Pair pair;
  const auto before = open_now();
  {
    SocketsProbe probe(::getpid(), {});
    ASSERT_TRUE(probe.read());
    SocketsProbe moved(std::move(probe));
    ASSERT_EQ(moved.read().value_or(ConnectionSamples{}).size(), 2U);
    moved = SocketsProbe(::getpid(), {});
    ASSERT_EQ(moved.read().value_or(ConnectionSamples{}).size(), 2U);
    EXPECT_GT(open_now(), before);
  }
  EXPECT_EQ(open_now(), before);
}

}  // namespace
}  // namespace monitor::probes
