#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/packet.hpp"

namespace recovery::splice {

// A section of PAT or PMT is at most this long (ISO/IEC 13818-1).
inline constexpr std::size_t section_limit = 1024;

// Of MPEG sections; over a whole section with its CRC it is 0.
std::uint32_t crc32_mpeg(Bytes bytes);

// The sections of one PID, which may begin in the middle of a packet and go over several.
class SectionReader {
 public:
  // The last section that this packet completes, whole, its CRC right. Valid until the next call.
  std::optional<Bytes> feed(const Packet& packet);

 private:
  void append(Bytes bytes);
  void finish();

  std::vector<std::uint8_t> partial_;
  std::vector<std::uint8_t> complete_;
  bool is_complete_ = false;
  bool is_inside_ = false;  // of a section that has begun
  std::optional<std::uint8_t> continuity_;
};

}  // namespace recovery::splice
