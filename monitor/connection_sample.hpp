#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/ffmpeg/side.hpp"
#include "monitor/time.hpp"

namespace monitor {

// The kernel's counters of one of FFmpeg's own connections. A value; probes/sockets makes it.
struct ConnectionSample {
  enum class Kind : std::uint8_t { tcp, udp };
  enum class Phase : std::uint8_t { connecting, established, closing };

  std::uint64_t id = 0;  // the socket's cookie: never used again
  Kind kind = Kind::tcp;
  Phase phase = Phase::established;  // of UDP: always established
  Side side = Side::unknown;         // what FFmpeg does with it
  // The command's outputs that it may serve by its addresses: bit N for that of number N.
  std::uint32_t outputs = 0;
  std::string local;  // "127.0.0.1:51234", "[::1]:51234"
  std::string peer;   // empty where UDP is not connected

  // Totals of the connection's life. Of UDP: 0.
  std::uint64_t acked_bytes = 0;  // sent, and the peer's kernel has them
  std::uint64_t received_bytes = 0;
  std::uint32_t retransmits = 0;  // segments
  Duration peer_limited{};        // time in which the peer's window kept us from sending

  std::uint64_t unsent_bytes = 0;   // written by FFmpeg, not sent yet
  std::uint64_t unacked_bytes = 0;  // sent, not acknowledged yet
  std::uint64_t unread_bytes = 0;   // arrived, not read by FFmpeg yet
  // Datagrams that the kernel threw away as they were not read in time; total, of UDP alone.
  std::uint64_t drops = 0;
  // What the peer's kernel offers to take. Shrinks by what is sent while the server's program does
  // not read. Empty where the kernel (before 5.4) does not report it.
  std::optional<std::uint64_t> peer_window_bytes;
  Duration rtt{};
  Duration last_ack_ago{};  // since any segment with an acknowledgement came
};

// Of all its connections at one instant; at most `connections_limit`, those of the command's own
// endpoints first.
inline constexpr std::size_t connections_limit = 16;
using ConnectionSamples = std::vector<ConnectionSample>;

}  // namespace monitor
