#include "monitor/probes/sock_diag.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <memory>
#include <random>
#include <vector>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;
using Bytes = std::vector<std::byte>;

template <class T>
Bytes bytes_of(const T& value) {
  Bytes bytes(sizeof value);
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

Bytes operator+(Bytes a, const Bytes& b) {
  a.insert(a.end(), b.begin(), b.end());
  a.resize((a.size() + 3) / 4 * 4);
  return a;
}

Bytes message(std::uint16_t type, const Bytes& body) {
  nlmsghdr header{};
  header.nlmsg_len = static_cast<std::uint32_t>(sizeof header + body.size());
  header.nlmsg_type = type;
  header.nlmsg_seq = 7;
  return bytes_of(header) + body;
}

Bytes attribute(std::uint16_t type, const Bytes& body) {
  const rtattr header{.rta_len = static_cast<std::uint16_t>(sizeof(rtattr) + body.size()),
                      .rta_type = type};
  return bytes_of(header) + body;
}

inet_diag_msg established() {
  inet_diag_msg socket{};
  socket.idiag_family = AF_INET;
  socket.idiag_state = 1;
  socket.id.idiag_sport = htons(40000);
  socket.id.idiag_dport = htons(1935);
  ::inet_pton(AF_INET, "10.0.0.2", socket.id.idiag_src);
  ::inet_pton(AF_INET, "10.0.0.3", socket.id.idiag_dst);
  socket.id.idiag_cookie[0] = 5;
  socket.id.idiag_cookie[1] = 1;
  socket.idiag_rqueue = 11;
  socket.idiag_wqueue = 5000;
  socket.idiag_inode = 4711;
  return socket;
}

tcp_info healthy() {
  tcp_info info{};
  info.tcpi_bytes_acked = 1'000'001;
  info.tcpi_bytes_received = 3000;
  info.tcpi_total_retrans = 4;
  info.tcpi_rwnd_limited = 2'500'000;
  info.tcpi_notsent_bytes = 1500;
  info.tcpi_snd_wnd = 65'000;
  info.tcpi_rtt = 31;
  info.tcpi_last_ack_recv = 12;
  return info;
}

Bytes answer(const inet_diag_msg& socket, const Bytes& info) {
  return message(SOCK_DIAG_BY_FAMILY, bytes_of(socket) + attribute(INET_DIAG_SHUTDOWN, Bytes(1)) +
                                          attribute(INET_DIAG_INFO, info));
}

// In a block of memory of exactly this size, so that a sanitizer sees the first byte read too far.
struct Exact {
  explicit Exact(std::span<const std::byte> from)
      : memory(std::make_unique<std::byte[]>(from.size())), size(from.size()) {
    std::ranges::copy(from, memory.get());
  }
  std::span<const std::byte> span() const { return {memory.get(), size}; }

  std::unique_ptr<std::byte[]> memory;
  std::size_t size;
};

std::vector<DiagSocket> sockets_in(std::span<const std::byte> bytes,
                                   std::uint8_t protocol = IPPROTO_TCP) {
  std::vector<DiagSocket> sockets;
  DiagMessages messages(bytes);
  while (const auto message = messages.next()) {
    const std::uint32_t inode = inode_of(*message);
    auto socket = read_socket(*message, protocol);
    if (!socket) continue;
    EXPECT_EQ(socket->inode, inode);
    sockets.push_back(std::move(*socket));
  }
  return sockets;
}

TEST(SockDiag, AWholeAnswerGivesEveryCounter) {
  const auto sockets = sockets_in(answer(established(), bytes_of(healthy())));
  ASSERT_EQ(sockets.size(), 1U);
  EXPECT_EQ(sockets[0].inode, 4711U);
  const ConnectionSample& connection = sockets[0].connection;
  EXPECT_EQ(connection.id, (1ULL << 32) + 5);
  EXPECT_EQ(connection.kind, ConnectionSample::Kind::tcp);
  EXPECT_EQ(connection.phase, ConnectionSample::Phase::established);
  EXPECT_EQ(connection.local, "10.0.0.2:40000");
  EXPECT_EQ(connection.peer, "10.0.0.3:1935");
  EXPECT_EQ(connection.acked_bytes, 1'000'000U) << "without the SYN";
  EXPECT_EQ(connection.received_bytes, 3000U);
  EXPECT_EQ(connection.retransmits, 4U);
  EXPECT_EQ(connection.peer_limited, 2500ms);
  EXPECT_EQ(connection.unsent_bytes, 1500U);
  EXPECT_EQ(connection.unacked_bytes, 3500U);
  EXPECT_EQ(connection.unread_bytes, 11U);
  EXPECT_EQ(connection.peer_window_bytes, 65'000U);
  EXPECT_EQ(connection.rtt, 31us);
  EXPECT_EQ(connection.last_ack_ago, 12ms);
}

TEST(SockDiag, WhatAnOlderKernelDoesNotTellIsEmpty) {
  Bytes info = bytes_of(healthy());
  info.resize(offsetof(tcp_info, tcpi_snd_wnd));
  const auto before_5_4 = sockets_in(answer(established(), info));
  ASSERT_EQ(before_5_4.size(), 1U);
  EXPECT_FALSE(before_5_4[0].connection.peer_window_bytes);
  EXPECT_EQ(before_5_4[0].connection.acked_bytes, 1'000'000U);

  info.resize(offsetof(tcp_info, tcpi_bytes_acked));
  const auto before_4_1 = sockets_in(answer(established(), info));
  ASSERT_EQ(before_4_1.size(), 1U);
  EXPECT_EQ(before_4_1[0].connection.acked_bytes, 0U);
  EXPECT_EQ(before_4_1[0].connection.retransmits, 4U);
  EXPECT_EQ(before_4_1[0].connection.unacked_bytes, 5000U);
}

TEST(SockDiag, ANewerKernelsLongerInfoIsRead) {
  const auto sockets =
      sockets_in(answer(established(), bytes_of(healthy()) + Bytes(64, std::byte{0xFF})));
  ASSERT_EQ(sockets.size(), 1U);
  EXPECT_EQ(sockets[0].connection.peer_window_bytes, 65'000U);
}

TEST(SockDiag, ASocketWithoutTcpInfoHasItsAddressesAndQueues) {
  const auto sockets = sockets_in(message(SOCK_DIAG_BY_FAMILY, bytes_of(established())));
  ASSERT_EQ(sockets.size(), 1U);
  EXPECT_EQ(sockets[0].connection.peer, "10.0.0.3:1935");
  EXPECT_EQ(sockets[0].connection.unread_bytes, 11U);
  EXPECT_FALSE(sockets[0].connection.peer_window_bytes);
}

TEST(SockDiag, StatesBecomePhases) {
  using Phase = ConnectionSample::Phase;
  const auto phase_of = [](int state) {
    inet_diag_msg socket = established();
    socket.idiag_state = static_cast<std::uint8_t>(state);
    return sockets_in(answer(socket, bytes_of(healthy()))).at(0).connection.phase;
  };
  EXPECT_EQ(phase_of(1), Phase::established);
  EXPECT_EQ(phase_of(2), Phase::connecting);
  for (const int state : {4, 5, 7, 8, 9, 11}) EXPECT_EQ(phase_of(state), Phase::closing);
}

TEST(SockDiag, ASynThatWaitsIsNoByteOfTheStream) {
  inet_diag_msg socket = established();
  socket.idiag_state = 2;
  socket.idiag_wqueue = 1;
  tcp_info info{};
  const auto connection = sockets_in(answer(socket, bytes_of(info))).at(0).connection;
  EXPECT_EQ(connection.acked_bytes, 0U);
  EXPECT_EQ(connection.unacked_bytes, 0U);
  EXPECT_EQ(connection.unsent_bytes, 0U);
  EXPECT_FALSE(connection.peer_window_bytes);
}

TEST(SockDiag, AQueueReadAMomentLaterNeverGivesNegativeBytes) {
  inet_diag_msg socket = established();
  socket.idiag_wqueue = 1000;  // less than tcpi_notsent_bytes
  const auto connection = sockets_in(answer(socket, bytes_of(healthy()))).at(0).connection;
  EXPECT_EQ(connection.unsent_bytes, 1000U);
  EXPECT_EQ(connection.unacked_bytes, 0U);
}

TEST(SockDiag, Ipv6IsShownInBracketsAndMappedIpv4AsIpv4) {
  inet_diag_msg socket = established();
  socket.idiag_family = AF_INET6;
  ::inet_pton(AF_INET6, "fd00::2", socket.id.idiag_src);
  ::inet_pton(AF_INET6, "::ffff:10.0.0.3", socket.id.idiag_dst);
  const auto connection = sockets_in(answer(socket, bytes_of(healthy()))).at(0).connection;
  EXPECT_EQ(connection.local, "[fd00::2]:40000");
  EXPECT_EQ(connection.peer, "10.0.0.3:1935");
}

TEST(SockDiag, UdpHasQueuesAndMayHaveNoPeer) {
  inet_diag_msg socket = established();
  socket.idiag_state = 7;
  socket.id.idiag_dport = 0;
  const auto sockets = sockets_in(message(SOCK_DIAG_BY_FAMILY, bytes_of(socket)), IPPROTO_UDP);
  ASSERT_EQ(sockets.size(), 1U);
  EXPECT_EQ(sockets[0].connection.kind, ConnectionSample::Kind::udp);
  EXPECT_EQ(sockets[0].connection.phase, ConnectionSample::Phase::established);
  EXPECT_EQ(sockets[0].connection.peer, "");
  EXPECT_EQ(sockets[0].connection.unread_bytes, 11U);
  EXPECT_EQ(sockets[0].connection.unsent_bytes, 5000U);
}

TEST(SockDiag, ManyMessagesInOneAnswerAreAllRead) {
  const Bytes one = answer(established(), bytes_of(healthy()));
  const Bytes all =
      one + one + message(NLMSG_NOOP, Bytes(8)) + one + message(NLMSG_DONE, bytes_of(0));
  DiagMessages messages(all);
  using Kind = DiagMessage::Kind;
  for (const Kind kind : {Kind::socket, Kind::socket, Kind::other, Kind::socket, Kind::done}) {
    const auto next = messages.next();
    ASSERT_TRUE(next);
    EXPECT_EQ(next->kind, kind);
    EXPECT_EQ(next->sequence, 7U);
  }
  EXPECT_FALSE(messages.next());
}

TEST(SockDiag, ErrorsAreGivenAsErrno) {
  const auto error_of = [](std::uint16_t type, int told) {
    const Bytes bytes = message(type, bytes_of(nlmsgerr{.error = told, .msg = {}}));
    return DiagMessages(bytes).next()->error;
  };
  EXPECT_EQ(error_of(NLMSG_ERROR, -EPERM), EPERM);
  EXPECT_EQ(error_of(NLMSG_DONE, -ENOENT), ENOENT);
  EXPECT_EQ(error_of(NLMSG_ERROR, 0), 0);
  EXPECT_EQ(error_of(NLMSG_ERROR, std::numeric_limits<int>::min()), 0) << "is no errno";
  const Bytes empty = message(NLMSG_ERROR, {});
  EXPECT_EQ(DiagMessages(empty).next()->error, 0);
}

TEST(SockDiag, AnAnswerCutAnywhereIsReadAsFarAsItGoes) {
  const Bytes one = answer(established(), bytes_of(healthy()));
  const Bytes whole = one + one + message(NLMSG_DONE, bytes_of(0));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    const Exact cut(std::span<const std::byte>(whole).first(size));
    EXPECT_EQ(sockets_in(cut.span()).size(), size / one.size()) << "cut at " << size;
  }
}

TEST(SockDiag, AMessageWhoseBodyIsCutIsNoSocket) {
  const Bytes body = bytes_of(established());
  for (std::size_t size = 0; size < body.size(); ++size) {
    const Bytes bytes = message(SOCK_DIAG_BY_FAMILY, Bytes(body.begin(), body.begin() + size));
    const Exact exact(bytes);
    EXPECT_TRUE(sockets_in(exact.span()).empty()) << size;
  }
}

TEST(SockDiag, LengthsThatLieEndTheReading) {
  const Bytes one = answer(established(), bytes_of(healthy()));
  for (const std::uint32_t length : {0U, 1U, 15U, 100'000U, 0x7FFFFFFFU, 0xFFFFFFFFU}) {
    Bytes bytes = one;
    std::memcpy(bytes.data(), &length, sizeof length);
    const Exact exact(bytes);
    EXPECT_TRUE(sockets_in(exact.span()).empty()) << length;
  }
  for (const int lie : {0, 1, 3, 500, 0xFFFF}) {
    const auto length = static_cast<std::uint16_t>(lie);
    Bytes bytes = one;
    std::memcpy(bytes.data() + sizeof(nlmsghdr) + sizeof(inet_diag_msg), &length, sizeof length);
    const Exact exact(bytes);
    const auto sockets = sockets_in(exact.span());
    ASSERT_EQ(sockets.size(), 1U);
    EXPECT_EQ(sockets[0].connection.received_bytes, 0U) << length;
  }
}

TEST(SockDiag, OtherFamiliesAreNoSockets) {
  inet_diag_msg socket = established();
  socket.idiag_family = AF_UNIX;
  EXPECT_TRUE(sockets_in(answer(socket, bytes_of(healthy()))).empty());
}

TEST(SockDiag, RandomDamageIsSurvived) {
  std::mt19937 random(20240607);
  const Bytes one = answer(established(), bytes_of(healthy()));
  const Bytes whole = one + one + one + message(NLMSG_DONE, bytes_of(0));
  const auto below = [&](std::size_t limit) { return random() % limit; };
  std::size_t read = 0;
  for (int i = 0; i < 10'000; ++i) {
    Bytes bytes = whole;
    for (std::size_t hits = 1 + below(8); hits > 0; --hits) {
      bytes[below(bytes.size())] = static_cast<std::byte>(random());
    }
    bytes.resize(bytes.size() - below(2) * below(bytes.size()));
    const Exact exact(bytes);
    for (const auto& socket : sockets_in(exact.span())) {
      EXPECT_GE(socket.connection.peer_limited, 0s);
      EXPECT_GE(socket.connection.rtt, 0s);
      ++read;
    }
  }
  EXPECT_GT(read, 10'000U) << "most of what is undamaged is still read";
}

}  // namespace
}  // namespace monitor::probes
