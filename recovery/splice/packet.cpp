#include "recovery/splice/packet.hpp"

namespace recovery::splice {

namespace {

// How many bytes of an adaptation field these flags stand for, private data and extension aside.
std::size_t used_by(std::uint8_t flags) {
  return 1U + ((flags & 0x10U) != 0 ? 6U : 0U) + ((flags & 0x08U) != 0 ? 6U : 0U) +
         ((flags & 0x04U) != 0 ? 1U : 0U);
}

}  // namespace

std::optional<Packet> read_packet(PacketBytes bytes) {
  const bool is_damaged = (bytes[1] & 0x80U) != 0;
  if (bytes[0] != sync_byte || is_damaged) return {};
  Packet packet;
  packet.starts_unit = (bytes[1] & 0x40U) != 0;
  packet.pid = static_cast<std::uint16_t>((bytes[1] & 0x1fU) << 8U | bytes[2]);
  packet.is_scrambled = (bytes[3] & 0xc0U) != 0;
  packet.continuity = bytes[3] & 0x0fU;
  const bool has_adaptation = (bytes[3] & 0x20U) != 0;
  const bool has_payload = (bytes[3] & 0x10U) != 0;
  if (!has_adaptation && !has_payload) return {};
  std::size_t head = 4;
  if (has_adaptation) {
    const std::size_t length = bytes[4];
    head += 1 + length;
    if (head > packet_size || (has_payload && head == packet_size)) return {};
    packet.is_stuffed = length == 0;
    if (length > 0) {
      packet.discontinuity = (bytes[5] & 0x80U) != 0;
      packet.random_access = (bytes[5] & 0x40U) != 0;
      packet.is_stuffed = length > used_by(bytes[5]);
    }
  }
  if (has_payload) packet.payload = bytes.subspan(head);
  return packet;
}

}  // namespace recovery::splice
