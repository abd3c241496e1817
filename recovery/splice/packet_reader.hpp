#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "recovery/splice/packet.hpp"

namespace recovery::splice {

// Bytes in pieces of any size to packets of 188. Where no packet begins with the sync byte, bytes
// are skipped up to one that is followed by another 188 bytes on.
class PacketReader {
 public:
  // The next whole packet; takes from `bytes` what it used. Nothing: all bytes were taken. The
  // packet is valid until the next call, and as long as the bytes are.
  std::optional<PacketBytes> next(Bytes& bytes);

  std::uint64_t skipped_bytes() const { return skipped_bytes_; }

 private:
  std::optional<PacketBytes> next_direct(Bytes& bytes);
  std::optional<PacketBytes> next_held(Bytes& bytes);
  void skip_held();

  std::array<std::uint8_t, packet_size> held_{};  // a packet that has begun
  std::size_t held_bytes_ = 0;
  bool in_sync_ = true;
  std::uint64_t skipped_bytes_ = 0;
};

}  // namespace recovery::splice
