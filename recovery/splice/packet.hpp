#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace recovery::splice {

using Bytes = std::span<const std::uint8_t>;

inline constexpr std::size_t packet_size = 188;
inline constexpr std::uint8_t sync_byte = 0x47;
inline constexpr std::uint16_t pat_pid = 0;
inline constexpr std::uint16_t null_pid = 0x1fff;

using PacketBytes = std::span<const std::uint8_t, packet_size>;

// What the head of an MPEG-TS packet says.
struct Packet {
  std::uint16_t pid = null_pid;
  std::uint8_t continuity = 0;
  bool starts_unit = false;    // a PES or a section begins in it
  bool is_scrambled = false;   // its payload is encrypted
  bool discontinuity = false;  // its continuity counter may jump
  bool random_access = false;
  bool is_stuffed = false;  // filled up by an adaptation field without use
  Bytes payload;            // empty: it has none
};

// Nothing where the packet contradicts itself or its sender marked it as damaged.
std::optional<Packet> read_packet(PacketBytes bytes);

}  // namespace recovery::splice
