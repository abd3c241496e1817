#include "monitor/probes/sockets.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <functional>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/monitor/kernel_knows.hpp"
#include "tests/monitor/loopback_sockets.hpp"

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;
using Phase = ConnectionSample::Phase;

class Sockets : public testing::Test {
 protected:
  void SetUp() override {
    if (!kernel_knows_sock_diag()) GTEST_SKIP() << "this kernel knows no sock_diag";
  }
};

using SocketsUsually = Sockets;

// The one whose local end is this.
std::optional<ConnectionSample> sample_of(SocketsProbe& probe, const Fd& fd) {
  const auto samples = probe.read();
  EXPECT_TRUE(samples) << probe.trouble();
  for (const auto& sample : samples.value_or(ConnectionSamples{})) {
    if (sample.local.ends_with(":" + port_of(fd))) return sample;
  }
  return std::nullopt;
}

// Polls until the sample is as wished, or 5 s are over; gives the last.
ConnectionSample eventually(SocketsProbe& probe, const Fd& fd,
                            const std::function<bool(const ConnectionSample&)>& wished) {
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  for (;;) {
    const auto sample = sample_of(probe, fd);
    if (sample && wished(*sample)) return *sample;
    if (std::chrono::steady_clock::now() > deadline) {
      ADD_FAILURE() << (sample ? "never came to be as wished" : "is not there");
      return sample.value_or(ConnectionSample{});
    }
    std::this_thread::sleep_for(2ms);
  }
}

TEST_F(Sockets, BytesAreCountedWhereTheyAre) {
  const Pair pair;
  SocketsProbe probe(::getpid(), {});
  send_all(pair.client, 1000);

  const auto sent =
      eventually(probe, pair.client, [](const auto& sample) { return sample.acked_bytes == 1000; });
  EXPECT_EQ(sent.phase, Phase::established);
  EXPECT_EQ(sent.kind, ConnectionSample::Kind::tcp);
  EXPECT_EQ(sent.peer, "127.0.0.1:" + pair.server_port);
  EXPECT_GT(sent.peer_window_bytes.value_or(0), 0U);
  EXPECT_GT(sent.rtt, 0s);
  EXPECT_LT(sent.last_ack_ago, 5s);

  const auto got = eventually(probe, pair.server,
                              [](const auto& sample) { return sample.received_bytes == 1000; });
  EXPECT_EQ(got.unread_bytes, 1000U);
  std::array<char, 600> some;
  ASSERT_EQ(::recv(pair.server.get(), some.data(), some.size(), 0), 600);
  EXPECT_EQ(sample_of(probe, pair.server)->unread_bytes, 400U);

  send_all(pair.client, 500);
  eventually(probe, pair.client, [](const auto& sample) { return sample.acked_bytes == 1500; });
}

TEST_F(Sockets, EachConnectionKeepsItsId) {
  const Pair one;
  const Pair other;
  SocketsProbe probe(::getpid(), {});
  const auto first = sample_of(probe, one.client);
  const auto second = sample_of(probe, other.client);
  ASSERT_TRUE(first && second);
  EXPECT_NE(first->id, 0U);
  EXPECT_NE(first->id, second->id);
  EXPECT_EQ(sample_of(probe, one.client)->id, first->id);
}

TEST_F(Sockets, APeerThatDoesNotReadShowsInItsWindowFirst) {
  const Pair pair(AF_INET, 128 * 1024);
  SocketsProbe probe(::getpid(), {});
  send_all(pair.client, 100);
  const auto before =
      eventually(probe, pair.client, [](const auto& sample) { return sample.acked_bytes == 100; });
  ASSERT_TRUE(before.peer_window_bytes);

  std::uint64_t widest = *before.peer_window_bytes;  // it opens before it shrinks
  std::uint64_t sent = 100;
  const auto shrunk = eventually(probe, pair.client, [&](const auto& sample) {
    if (sample.acked_bytes < sent) return false;  // its window is of before
    widest = std::max(widest, *sample.peer_window_bytes);
    if (*sample.peer_window_bytes < widest / 2) return true;
    send_all(pair.client, 10'000);
    sent += 10'000;
    return false;
  });
  EXPECT_EQ(shrunk.unsent_bytes, 0U) << "all is still acknowledged";
  EXPECT_EQ(shrunk.peer_limited, 0s);

  flood(pair.client);
  const auto full =
      eventually(probe, pair.client, [](const auto& sample) { return sample.peer_limited > 0s; });
  EXPECT_GT(full.unsent_bytes, 0U);
  const auto later = eventually(probe, pair.client, [&](const auto& sample) {
    return sample.peer_limited > full.peer_limited + 100ms;
  });
  EXPECT_LT(*later.peer_window_bytes, *shrunk.peer_window_bytes);
  EXPECT_GT(later.unsent_bytes, 0U);
}

TEST_F(Sockets, Ipv6ConnectionsAreSeen) {
  const Pair pair(AF_INET6);
  SocketsProbe probe(::getpid(), {.inputs = {}, .outputs = {"tcp://[::1]:" + pair.server_port}});
  send_all(pair.client, 1000);
  const auto sample =
      eventually(probe, pair.client, [](const auto& seen) { return seen.acked_bytes == 1000; });
  EXPECT_EQ(sample.peer, "[::1]:" + pair.server_port);
  EXPECT_EQ(sample.side, Side::output);
}

TEST_F(Sockets, Ipv4InAnIpv6SocketIsShownAsIpv4) {
  Listener listener;
  const Fd client = open_socket(AF_INET6, SOCK_STREAM);
  sockaddr_in6 mapped{};
  mapped.sin6_family = AF_INET6;
  mapped.sin6_port = reinterpret_cast<const sockaddr_in*>(listener.address.get())->sin_port;
  ASSERT_EQ(::inet_pton(AF_INET6, "::ffff:127.0.0.1", &mapped.sin6_addr), 1);
  ASSERT_EQ(::connect(client.get(), reinterpret_cast<sockaddr*>(&mapped), sizeof mapped), 0);
  SocketsProbe probe(::getpid(), {});
  send_all(client, 1000);
  const auto sample =
      eventually(probe, client, [](const auto& seen) { return seen.acked_bytes == 1000; });
  EXPECT_EQ(sample.peer, "127.0.0.1:" + listener.address.port());
}

TEST_F(Sockets, UdpShowsWhatIsNotRead) {
  const Fd receiver = open_socket(AF_INET, SOCK_DGRAM);
  Address address = loopback(AF_INET);
  ASSERT_EQ(::bind(receiver.get(), address.get(), address.size), 0);
  ::getsockname(receiver.get(), address.get(), &address.size);
  const Fd sender = open_socket(AF_INET, SOCK_DGRAM);
  ASSERT_EQ(::connect(sender.get(), address.get(), address.size), 0);

  SocketsProbe probe(::getpid(), {.inputs = {"udp://127.0.0.1:" + address.port()}, .outputs = {}});
  const auto idle = sample_of(probe, receiver);
  ASSERT_TRUE(idle);
  EXPECT_EQ(idle->kind, ConnectionSample::Kind::udp);
  EXPECT_EQ(idle->phase, Phase::established);
  EXPECT_EQ(idle->peer, "");
  EXPECT_EQ(idle->side, Side::input);
  EXPECT_EQ(idle->unread_bytes, 0U);

  send_all(sender, 1200);
  const auto full =
      eventually(probe, receiver, [](const auto& sample) { return sample.unread_bytes >= 1200; });
  EXPECT_EQ(full.id, idle->id);
  EXPECT_EQ(sample_of(probe, sender)->peer, "127.0.0.1:" + address.port());
}

// What /proc/net/udp shows of the socket: its receive queue and its drops.
std::pair<std::uint64_t, std::uint64_t> shown_by_proc(const std::string& port) {
  std::ifstream table("/proc/self/net/udp");
  std::array<char, 8> wanted;
  std::snprintf(wanted.data(), wanted.size(), ":%04X", static_cast<unsigned>(std::stoul(port)));
  for (std::string line; std::getline(table, line);) {
    std::istringstream words(line);
    std::vector<std::string> fields{std::istream_iterator<std::string>(words), {}};
    if (fields.size() < 13 || !fields[1].ends_with(wanted.data())) continue;
    return {std::stoull(fields[4].substr(fields[4].find(':') + 1), nullptr, 16),
            std::stoull(fields[12])};
  }
  return {};
}

TEST_F(Sockets, WhatIsDroppedIsCountedAsTheKernelsOwnTableDoes) {
  const Fd receiver = open_socket(AF_INET, SOCK_DGRAM);
  const int small = 1;  // the kernel makes it its least
  ASSERT_EQ(::setsockopt(receiver.get(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small), 0);
  Address address = loopback(AF_INET);
  ASSERT_EQ(::bind(receiver.get(), address.get(), address.size), 0);
  ::getsockname(receiver.get(), address.get(), &address.size);
  const Fd sender = open_socket(AF_INET, SOCK_DGRAM);
  ASSERT_EQ(::connect(sender.get(), address.get(), address.size), 0);
  SocketsProbe probe(::getpid(), {.inputs = {"udp://127.0.0.1:" + address.port()}, .outputs = {}});
  ASSERT_TRUE(sample_of(probe, receiver));
  EXPECT_EQ(sample_of(probe, receiver)->drops, 0U);

  for (int i = 0; i < 50; ++i) send_all(sender, 1200);
  const auto full =
      eventually(probe, receiver, [](const auto& sample) { return sample.drops > 0; });
  EXPECT_EQ(std::pair(full.unread_bytes, full.drops), shown_by_proc(address.port()));
}

// Both sides at one server, and not a byte yet: the input was opened first.
TEST_F(Sockets, TheFirstConnectionToASharedAddressIsTheInputs) {
  const Pair input;
  const std::string server = "rtmp://127.0.0.1:" + input.server_port;
  SocketsProbe probe(::getpid(),
                     {.inputs = {server + "/live/in"}, .outputs = {server + "/live/out"}});
  EXPECT_EQ(sample_of(probe, input.client)->side, Side::input);
  EXPECT_EQ(sample_of(probe, input.client)->side, Side::input);
}

TEST_F(Sockets, AUdpSocketThatConnectsLaterIsFoundAgain) {
  const Fd receiver = open_socket(AF_INET, SOCK_DGRAM);
  Address address = loopback(AF_INET);
  ASSERT_EQ(::bind(receiver.get(), address.get(), address.size), 0);
  ::getsockname(receiver.get(), address.get(), &address.size);
  const Fd sender = open_socket(AF_INET, SOCK_DGRAM);
  Address own = loopback(AF_INET);
  ASSERT_EQ(::bind(sender.get(), own.get(), own.size), 0);
  SocketsProbe probe(::getpid(), {});
  ASSERT_TRUE(sample_of(probe, sender));
  ASSERT_EQ(::connect(sender.get(), address.get(), address.size), 0);
  eventually(probe, sender, [](const auto& sample) { return !sample.peer.empty(); });
}

TEST_F(Sockets, AConnectionThatIsNotTakenIsConnecting) {
  Listener listener(AF_INET, 0);
  std::vector<Fd> clients;  // more than the queue of the listener takes
  for (int i = 0; i < 4; ++i) {
    clients.push_back(open_socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK));
    ::connect(clients.back().get(), listener.address.get(), listener.address.size);
  }
  SocketsProbe probe(::getpid(), {});
  const auto sample = eventually(probe, clients.back(), [](const auto&) { return true; });
  EXPECT_EQ(sample.phase, Phase::connecting);
  EXPECT_EQ(sample.unacked_bytes, 0U);
  EXPECT_FALSE(sample.peer_window_bytes);
}

TEST_F(Sockets, APeerThatHangsUpMakesItClosing) {
  Pair pair;
  SocketsProbe probe(::getpid(), {});
  EXPECT_EQ(eventually(probe, pair.client, [](const auto&) { return true; }).phase,
            Phase::established);
  pair.server.reset();
  eventually(probe, pair.client, [](const auto& sample) { return sample.phase == Phase::closing; });
}

TEST_F(Sockets, AResetConnectionIsClosingUntilItsDescriptorIsClosed) {
  Pair pair;
  SocketsProbe probe(::getpid(), {});
  send_all(pair.client, 1000);
  eventually(probe, pair.client, [](const auto& sample) { return sample.acked_bytes == 1000; });
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(pair.server.get(), SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
  pair.server.reset();
  const auto port = ":" + port_of(pair.client);
  const auto samples = probe.read();
  ASSERT_TRUE(samples);
  ASSERT_EQ(samples->size(), 1U);
  EXPECT_TRUE(samples->front().local.ends_with(port));
  EXPECT_EQ(samples->front().phase, Phase::closing);
  EXPECT_EQ(samples->front().acked_bytes, 1000U);
  pair.client.reset();
  EXPECT_EQ(probe.read().value_or(ConnectionSamples(1)).size(), 0U);
}

TEST_F(Sockets, NewConnectionsAppearAndClosedOnesGo) {
  SocketsProbe probe(::getpid(), {});
  ASSERT_TRUE(probe.read());
  EXPECT_TRUE(probe.read()->empty());
  Pair pair;
  ASSERT_TRUE(sample_of(probe, pair.client));
  pair.client.reset();
  pair.server.reset();
  ASSERT_TRUE(probe.read());
  EXPECT_TRUE(probe.read()->empty());
}

TEST_F(Sockets, SocketsThatAreNoConnectionsAreLeftOut) {
  const Listener listener;
  const Fd unconnected = open_socket(AF_INET, SOCK_STREAM);
  std::array<int, 2> unix_pair{};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, unix_pair.data()), 0);
  const Fd one(unix_pair[0]);
  const Fd other(unix_pair[1]);
  SocketsProbe probe(::getpid(), {});
  for (int i = 0; i < 10; ++i) {
    const auto samples = probe.read();
    ASSERT_TRUE(samples) << probe.trouble();
    EXPECT_TRUE(samples->empty());
  }
}

TEST_F(Sockets, ASocketThatConnectsLateIsFound) {
  Listener listener;
  const Fd client = open_socket(AF_INET, SOCK_STREAM);
  SocketsProbe probe(::getpid(), {});
  for (int i = 0; i < 100; ++i) ASSERT_FALSE(sample_of(probe, client));
  ASSERT_EQ(::connect(client.get(), listener.address.get(), listener.address.size), 0);
  for (int i = 0; i < 64; ++i) {
    if (sample_of(probe, client)) return;
  }
  FAIL() << "64 readings after it has connected";
}

TEST_F(Sockets, AmongManyTheCommandsOwnComeFirst) {
  std::vector<Pair> pairs(100);
  SocketsProbe probe(::getpid(), {.inputs = {"http://127.0.0.1:" + pairs[57].server_port + "/a"},
                                  .outputs = {"tcp://127.0.0.1:" + pairs[99].server_port}});
  for (int i = 0; i < 2; ++i) {
    const auto samples = probe.read();
    ASSERT_TRUE(samples) << probe.trouble();
    ASSERT_EQ(samples->size(), connections_limit);
    std::size_t inputs = 0;
    std::size_t outputs = 0;
    for (std::size_t at = 0; at < 4; ++at) {  // both ends of each are the test's
      inputs += (*samples)[at].side == Side::input;
      outputs += (*samples)[at].side == Side::output;
    }
    EXPECT_EQ(inputs, 2U);
    EXPECT_EQ(outputs, 2U);
  }
}

TEST_F(Sockets, ManyDescriptorsAreNotAllLookedAt) {
  std::vector<Fd> files;
  while (files.size() < 1000) files.emplace_back(::open("/dev/null", O_RDONLY | O_CLOEXEC));
  if (files.back().get() < 0) GTEST_SKIP() << "the limit of descriptors is too low";
  std::vector<Pair> pairs(3);
  SocketsProbe probe(::getpid(), {});
  const auto samples = probe.read();
  ASSERT_TRUE(samples);
  EXPECT_EQ(samples->size(), 6U);
}

TEST_F(Sockets, FfmpegsOwnConnectionIsSeenAsItsOutput) {
  Listener listener;
  const std::string url = "tcp://localhost:" + listener.address.port();
  const Child ffmpeg([&](int) {
    ::execlp("ffmpeg", "ffmpeg", "-nostdin", "-loglevel", "quiet", "-re", "-f", "lavfi", "-i",
             "anullsrc", "-c:a", "mp2", "-f", "mpegts", "-flush_packets", "1", url.c_str(),
             nullptr);
    ::_exit(127);
  });
  SocketsProbe probe(ffmpeg.pid(), {.inputs = {"anullsrc"}, .outputs = {url}});
  const Fd server(::accept4(listener.fd.get(), nullptr, nullptr, SOCK_CLOEXEC));
  const auto deadline = std::chrono::steady_clock::now() + 10s;
  std::uint64_t acked = 0;
  while (acked < 20'000 && std::chrono::steady_clock::now() < deadline) {
    const auto samples = probe.read();
    ASSERT_TRUE(samples) << probe.trouble();
    if (samples->size() == 1 && samples->front().side == Side::output) {
      acked = samples->front().acked_bytes;
    }
    std::this_thread::sleep_for(5ms);
  }
  EXPECT_GE(acked, 20'000U);
}

// … of this process, at a look that goes through its descriptors only where something has changed.
std::size_t usual_count(SocketsProbe& probe) {
  return probe.read(Attention::usual).value_or(ConnectionSamples{}).size();
}

TEST_F(SocketsUsually, AConnectionThatIsNewOrClosedIsSeenAtTheNextReading) {
  auto one = std::make_unique<Pair>();
  SocketsProbe probe(::getpid(), {});
  EXPECT_EQ(usual_count(probe), 2U);
  const Pair other;
  EXPECT_EQ(usual_count(probe), 4U);
  one.reset();
  EXPECT_EQ(usual_count(probe), 2U);
}

TEST_F(SocketsUsually, AConnectionThatTookAnothersPlaceIsSeenAtTheNextReading) {
  auto one = std::make_unique<Pair>();
  SocketsProbe probe(::getpid(), {});
  const auto before = sample_of(probe, one->client);
  ASSERT_TRUE(before);
  one.reset();
  const Pair other;
  const auto samples = probe.read(Attention::usual);
  ASSERT_TRUE(samples);
  EXPECT_EQ(samples->size(), 2U);
  EXPECT_EQ(std::ranges::count(*samples, before->id, &ConnectionSample::id), 0);
}

TEST_F(SocketsUsually, AFileThatBecameAConnectionIsSeenAfterSomeReadings) {
  std::array<Fd, 2> files{Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC)),
                          Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC))};
  SocketsProbe probe(::getpid(), {});
  EXPECT_EQ(usual_count(probe), 0U);
  for (Fd& file : files) file.reset();
  const Pair pair;
  int readings = 1;
  while (readings <= 10 && usual_count(probe) == 0) ++readings;
  EXPECT_LE(readings, 10);
}

TEST_F(SocketsUsually, AConnectionsCountersGoOn) {
  const Pair pair;
  SocketsProbe probe(::getpid(), {});
  ASSERT_EQ(usual_count(probe), 2U);
  send_all(pair.client, 700);
  const auto deadline = std::chrono::steady_clock::now() + 5s;
  const auto arrived = [&] {
    const auto samples = probe.read(Attention::usual).value_or(ConnectionSamples{});
    return std::ranges::count(samples, 700U, &ConnectionSample::received_bytes) == 1;
  };
  while (!arrived()) ASSERT_LT(std::chrono::steady_clock::now(), deadline);
}

TEST_F(SocketsUsually, WhatMayWaitForAPipeOrDatagramsIsKnown) {
  SocketsProbe probe(::getpid(), {});
  EXPECT_TRUE(probe.may_wait_for_pipe_or_datagrams()) << "nothing is known yet";
  const auto may_wait = [&probe] {
    probe.read();
    return probe.may_wait_for_pipe_or_datagrams();
  };
  const Pair pair;
  const Fd file(::open("/proc/self/exe", O_RDONLY | O_CLOEXEC));
  const bool inherited = may_wait();  // from whatever runs this test
  std::array<int, 2> ends{};
  ASSERT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
  Fd reads(ends[0]);
  const Fd writes(ends[1]);
  EXPECT_TRUE(may_wait());
  reads.reset();
  EXPECT_EQ(may_wait(), inherited) << "what it writes to is no source";
  const Fd datagrams = open_socket(AF_INET, SOCK_DGRAM);
  EXPECT_TRUE(may_wait());
}

TEST_F(SocketsUsually, AFifoIsKnownByItsFile) {
  const std::string path = testing::TempDir() + "fifo_" + std::to_string(::getpid());
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);
  const Fd fifo(::open(path.c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ::unlink(path.c_str());
  SocketsProbe probe(::getpid(), {});
  probe.read();
  EXPECT_TRUE(probe.may_wait_for_pipe_or_datagrams());
}

}  // namespace
}  // namespace monitor::probes
