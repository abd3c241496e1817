#include "monitor/probes/sock_diag.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstring>
#include <string>
#include <utility>

#include <arpa/inet.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <linux/tcp.h>

namespace monitor::probes {
namespace {

using Bytes = std::span<const std::byte>;
using Phase = ConnectionSample::Phase;

// Of the kernel's include/net/tcp_states.h.
enum TcpState : std::uint8_t {
  established = 1,
  syn_sent = 2,
  fin_wait1 = 4,
  fin_wait2 = 5,
  close_wait = 8,
  last_ack = 9,
  closing = 11,
};
// SYN_RECV and TIME_WAIT are no process's, CLOSE is in no table, LISTEN is no connection.
constexpr std::uint32_t connection_states = 1U << established | 1U << syn_sent | 1U << fin_wait1 |
                                            1U << fin_wait2 | 1U << close_wait | 1U << last_ack |
                                            1U << closing;
constexpr std::size_t filter_limit = 64;   // ports; 24 bytes of program each
constexpr std::uint32_t all_states = ~0U;  // UDP's are CLOSE without a peer, else ESTABLISHED

// At any alignment.
template <class T>
T copy_of(Bytes bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

std::size_t aligned(std::size_t length) {
  return (length + NLMSG_ALIGNTO - 1) / NLMSG_ALIGNTO * NLMSG_ALIGNTO;
}

template <class T>
void append(DiagRequest& bytes, const T& value) {
  const std::size_t end = bytes.size();
  bytes.resize(end + sizeof value);
  std::memcpy(bytes.data() + end, &value, sizeof value);
}

DiagRequest request(const inet_diag_req_v2& body, std::uint16_t flags, std::uint32_t sequence) {
  DiagRequest bytes;
  nlmsghdr header{};
  header.nlmsg_len = sizeof header + sizeof body;
  header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
  header.nlmsg_flags = static_cast<std::uint16_t>(NLM_F_REQUEST | flags);
  header.nlmsg_seq = sequence;
  append(bytes, header);
  append(bytes, body);
  return bytes;
}

// A program for the kernel (linux/inet_diag.h, "Bytecode"; net/ipv4/inet_diag.c): it takes the
// socket where it ends exactly behind itself, and leaves it where it jumps 4 bytes further.
void append_filter(DiagRequest& bytes, std::span<const std::uint16_t> ports) {
  constexpr std::uint8_t op_size = sizeof(inet_diag_bc_op);
  constexpr std::array<std::uint8_t, 2> ends{INET_DIAG_BC_D_EQ, INET_DIAG_BC_S_EQ};
  std::size_t left = ports.size() * ends.size() * 3 * op_size - op_size;  // after the last: no jump
  append(bytes, rtattr{.rta_len = static_cast<std::uint16_t>(sizeof(rtattr) + left),
                       .rta_type = INET_DIAG_REQ_BYTECODE});
  for (const std::uint16_t port : ports) {
    for (const std::uint8_t end : ends) {
      append(bytes, inet_diag_bc_op{.code = end, .yes = 2 * op_size, .no = 3 * op_size});
      append(bytes, inet_diag_bc_op{.code = 0, .yes = 0, .no = port});
      left -= 2 * op_size;
      if (left == 0) return;
      append(bytes,
             inet_diag_bc_op{
                 .code = INET_DIAG_BC_JMP, .yes = op_size, .no = static_cast<std::uint16_t>(left)});
      left -= op_size;
    }
  }
}

// TCP_INFO grew from release to release: what lies beyond `info` is not known to this kernel.
template <class T>
std::optional<T> field(Bytes info, std::size_t offset) {
  if (info.size() < offset + sizeof(T)) return std::nullopt;
  return copy_of<T>(info.subspan(offset));
}

// Both hold a negative errno first; a `done` may be empty.
int error_in(Bytes body) {
  const int reported = field<int>(body, 0).value_or(0);
  return reported < 0 && reported >= -4095 ? -reported : 0;  // others are no errno (MAX_ERRNO)
}

// The attribute of this type behind the socket; empty where there is none.
Bytes attribute(Bytes rest, std::uint16_t type) {
  while (rest.size() >= sizeof(rtattr)) {
    const auto header = copy_of<rtattr>(rest);
    if (header.rta_len < sizeof header || header.rta_len > rest.size()) return {};
    if (header.rta_type == type) return rest.subspan(sizeof header, header.rta_len - sizeof header);
    rest = rest.subspan(std::min(aligned(header.rta_len), rest.size()));
  }
  return {};
}

Phase phase_of(std::uint8_t state) {
  if (state == established) return Phase::established;
  return state == syn_sent ? Phase::connecting : Phase::closing;
}

// Empty: no such address. IPv4 in IPv6's clothes is shown as what it is.
std::string text_of(std::uint8_t family, const __be32* address, __be16 port) {
  if (port == 0) return {};
  constexpr std::array<unsigned char, 12> mapped{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  const bool ipv4 = family == AF_INET || std::memcmp(address, mapped.data(), mapped.size()) == 0;
  const void* bytes = ipv4 && family != AF_INET ? address + 3 : address;
  char text[INET6_ADDRSTRLEN] = "";
  ::inet_ntop(ipv4 ? AF_INET : AF_INET6, bytes, text, sizeof text);
  const std::string host = ipv4 ? text : "[" + std::string(text) + "]";
  return host + ":" + std::to_string(ntohs(port));
}

void read_tcp_info(Bytes info, ConnectionSample& connection) {
  const auto number = [&]<class T>(T, std::size_t offset) {
    return field<T>(info, offset).value_or(0);
  };
  using std::chrono::microseconds;
  using std::chrono::milliseconds;
  constexpr std::uint32_t u32 = 0;
  constexpr std::uint64_t u64 = 0;
  // The kernel counts our SYN as a byte (tcp_rcv_synsent_state_process).
  const std::uint64_t acked = number(u64, offsetof(tcp_info, tcpi_bytes_acked));
  connection.acked_bytes = acked > 0 ? acked - 1 : 0;
  connection.received_bytes = number(u64, offsetof(tcp_info, tcpi_bytes_received));
  connection.retransmits = number(u32, offsetof(tcp_info, tcpi_total_retrans));
  connection.unsent_bytes = number(u32, offsetof(tcp_info, tcpi_notsent_bytes));
  connection.rtt = microseconds(number(u32, offsetof(tcp_info, tcpi_rtt)));
  connection.last_ack_ago = milliseconds(number(u32, offsetof(tcp_info, tcpi_last_ack_recv)));
  // A Duration counts nanoseconds in 63 bits: 142 years are enough.
  constexpr std::uint64_t most = 1ULL << 52;
  connection.peer_limited =
      microseconds(std::min(most, number(u64, offsetof(tcp_info, tcpi_rwnd_limited))));
  connection.peer_window_bytes = field<std::uint32_t>(info, offsetof(tcp_info, tcpi_snd_wnd));
}

void read_tcp(const inet_diag_msg& socket, Bytes info, ConnectionSample& connection) {
  connection.phase = phase_of(socket.idiag_state);
  read_tcp_info(info, connection);
  connection.unread_bytes = socket.idiag_rqueue;
  if (connection.phase == Phase::connecting) {  // its queue holds a SYN, its window is not known
    connection.unsent_bytes = 0;
    connection.peer_window_bytes.reset();
    return;
  }
  const std::uint64_t queue = socket.idiag_wqueue;  // read a moment apart from TCP_INFO
  connection.unsent_bytes = std::min(connection.unsent_bytes, queue);
  connection.unacked_bytes = queue - connection.unsent_bytes;
}

void read_udp(const inet_diag_msg& socket, Bytes memory, ConnectionSample& connection) {
  constexpr std::size_t drops_at = SK_MEMINFO_DROPS * sizeof(std::uint32_t);
  connection.kind = ConnectionSample::Kind::udp;
  connection.drops = field<std::uint32_t>(memory, drops_at).value_or(0);  // since Linux 4.7
  connection.unread_bytes = socket.idiag_rqueue;
  connection.unsent_bytes = socket.idiag_wqueue;
}

}  // namespace

DiagRequest dump_request(DiagTable table, std::uint32_t sequence,
                         std::span<const std::uint16_t> ports) {
  inet_diag_req_v2 body{};
  body.sdiag_family = table.family;
  body.sdiag_protocol = table.protocol;
  body.idiag_states = table.protocol == IPPROTO_TCP ? connection_states : all_states;
  DiagRequest bytes = request(body, NLM_F_DUMP, sequence);
  if (ports.empty()) return bytes;
  append_filter(bytes, ports.first(std::min(ports.size(), filter_limit)));
  const auto length = static_cast<std::uint32_t>(bytes.size());
  std::memcpy(bytes.data() + offsetof(nlmsghdr, nlmsg_len), &length, sizeof length);
  return bytes;
}

DiagRequest lookup_request(const DiagId& socket, std::uint32_t sequence) {
  inet_diag_req_v2 body{};
  body.sdiag_family = socket.table.family;
  body.sdiag_protocol = socket.table.protocol;
  const bool is_udp = socket.table.protocol == IPPROTO_UDP;
  body.idiag_ext = 1U << ((is_udp ? INET_DIAG_SKMEMINFO : INET_DIAG_INFO) - 1);
  body.idiag_states = all_states;
  body.id = socket.id;
  if (is_udp) {
    // "src and dst are swapped for historical reasons" (net/ipv4/udp_diag.c, udp_dump_one).
    std::swap(body.id.idiag_sport, body.id.idiag_dport);
    std::swap(body.id.idiag_src, body.id.idiag_dst);
  }
  return request(body, 0, sequence);
}

std::optional<DiagMessage> DiagMessages::next() {
  if (rest_.size() < sizeof(nlmsghdr)) return std::nullopt;
  const auto header = copy_of<nlmsghdr>(rest_);
  if (header.nlmsg_len < sizeof header || header.nlmsg_len > rest_.size()) return std::nullopt;

  DiagMessage message;
  message.sequence = header.nlmsg_seq;
  message.body = rest_.subspan(sizeof header, header.nlmsg_len - sizeof header);
  rest_ = rest_.subspan(std::min(aligned(header.nlmsg_len), rest_.size()));
  switch (header.nlmsg_type) {
    case SOCK_DIAG_BY_FAMILY:
      message.kind = DiagMessage::Kind::socket;
      break;
    case NLMSG_DONE:
      message.kind = DiagMessage::Kind::done;
      break;
    case NLMSG_ERROR:
      message.kind = DiagMessage::Kind::error;
      break;
    default:
      return message;
  }
  if (message.kind != DiagMessage::Kind::socket) message.error = error_in(message.body);
  return message;
}

std::uint32_t inode_of(const DiagMessage& message) {
  if (message.kind != DiagMessage::Kind::socket) return 0;
  return field<std::uint32_t>(message.body, offsetof(inet_diag_msg, idiag_inode)).value_or(0);
}

std::optional<DiagSocket> read_socket(const DiagMessage& message, std::uint8_t protocol) {
  if (message.kind != DiagMessage::Kind::socket) return std::nullopt;
  if (message.body.size() < sizeof(inet_diag_msg)) return std::nullopt;
  const auto reply = copy_of<inet_diag_msg>(message.body);
  if (reply.idiag_family != AF_INET && reply.idiag_family != AF_INET6) return std::nullopt;

  DiagSocket socket;
  socket.inode = reply.idiag_inode;
  socket.id = {.table = {.family = reply.idiag_family, .protocol = protocol}, .id = reply.id};
  ConnectionSample& connection = socket.connection;
  connection.id =
      static_cast<std::uint64_t>(reply.id.idiag_cookie[1]) << 32 | reply.id.idiag_cookie[0];
  connection.local = text_of(reply.idiag_family, reply.id.idiag_src, reply.id.idiag_sport);
  connection.peer = text_of(reply.idiag_family, reply.id.idiag_dst, reply.id.idiag_dport);
  const Bytes attributes = message.body.subspan(sizeof reply);
  if (protocol == IPPROTO_UDP) {
    read_udp(reply, attribute(attributes, INET_DIAG_SKMEMINFO), connection);
    return socket;
  }
  read_tcp(reply, attribute(attributes, INET_DIAG_INFO), connection);
  return socket;
}

}  // namespace monitor::probes
