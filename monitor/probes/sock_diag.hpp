#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include <linux/inet_diag.h>
#include <linux/netlink.h>

#include "monitor/connection_sample.hpp"

namespace monitor::probes {

// The messages of sock_diag(7): requests as bytes, answers parsed. Pure.

// One of the kernel's tables of sockets.
struct DiagTable {
  std::uint8_t family = 0;    // AF_INET, AF_INET6
  std::uint8_t protocol = 0;  // IPPROTO_TCP, IPPROTO_UDP

  bool operator==(const DiagTable&) const = default;
};

// Enough to ask for a socket again, and never to get another one: it holds the cookie.
struct DiagId {
  DiagTable table;
  inet_diag_sockid id{};
};

using DiagRequest = std::vector<std::byte>;

// Every socket of the table that may be a process's connection, without TCP_INFO; where `ports` are
// given, only those with one of them at either end (at most 64 are looked at).
DiagRequest dump_request(DiagTable table, std::uint32_t sequence,
                         std::span<const std::uint16_t> ports = {});
// This one, with TCP_INFO.
DiagRequest lookup_request(const DiagId& socket, std::uint32_t sequence);

struct DiagMessage {
  enum class Kind : std::uint8_t { socket, done, error, other };

  Kind kind = Kind::other;
  std::uint32_t sequence = 0;       // of the request it answers
  int error = 0;                    // errno, of `error` and of a `done` that failed
  std::span<const std::byte> body;  // of `socket`: for inode_of and read_socket
};

// The messages in what one recv(2) gave, one after the other. Never reads past it, whatever is in
// it.
class DiagMessages {
 public:
  explicit DiagMessages(std::span<const std::byte> bytes) : rest_(bytes) {}

  // Empty at the end, and where the rest is no message.
  std::optional<DiagMessage> next();

 private:
  std::span<const std::byte> rest_;
};

// 0: the socket is no process's any more, or the body is too short.
std::uint32_t inode_of(const DiagMessage& message);

struct DiagSocket {
  std::uint32_t inode = 0;
  DiagId id;
  ConnectionSample connection;  // its `side` is left unknown
};

// Empty where the body is no socket of this protocol's. Fields that an older kernel does not give
// are 0 or empty.
std::optional<DiagSocket> read_socket(const DiagMessage& message, std::uint8_t protocol);

}  // namespace monitor::probes
