#include "recovery/splice/pes.hpp"

#include <algorithm>

namespace recovery::splice {

namespace {

constexpr std::size_t fixed_head = 9;
constexpr std::size_t stamp_size = 5;

bool has_times(std::uint8_t stream_id) {
  switch (stream_id) {
    case 0xbc:  // program stream map
    case 0xbe:  // padding
    case 0xbf:  // private 2
    case 0xf0:  // ECM
    case 0xf1:  // EMM
    case 0xf2:  // DSM-CC
    case 0xf8:  // H.222.1 type E
    case 0xff:  // program stream directory
      return false;
    default:
      return true;
  }
}

std::uint64_t read_stamp(Bytes bytes) {
  return static_cast<std::uint64_t>(bytes[0] & 0x0eU) << 29U |
         static_cast<std::uint64_t>(bytes[1]) << 22U |
         static_cast<std::uint64_t>(bytes[2] & 0xfeU) << 14U |
         static_cast<std::uint64_t>(bytes[3]) << 7U | static_cast<std::uint64_t>(bytes[4]) >> 1U;
}

void write_stamp(std::uint8_t* bytes, unsigned mark, std::uint64_t stamp) {
  bytes[0] = static_cast<std::uint8_t>(mark << 4U | (stamp >> 29U & 0x0eU) | 1U);
  bytes[1] = static_cast<std::uint8_t>(stamp >> 22U);
  bytes[2] = static_cast<std::uint8_t>((stamp >> 14U & 0xfeU) | 1U);
  bytes[3] = static_cast<std::uint8_t>(stamp >> 7U);
  bytes[4] = static_cast<std::uint8_t>((stamp << 1U & 0xfeU) | 1U);
}

}  // namespace

std::optional<PesHead> read_pes_head(Bytes pes) {
  if (pes.size() < fixed_head || pes[0] != 0 || pes[1] != 0 || pes[2] != 1) return {};
  const bool is_scrambled = (pes[6] & 0x30U) != 0;
  if (!has_times(pes[3]) || (pes[6] & 0xc0U) != 0x80U || is_scrambled) return {};
  PesHead head;
  head.stream_id = pes[3];
  head.size = fixed_head + pes[8];
  if (head.size > pes.size()) return {};
  const unsigned stamps = pes[7] >> 6U;
  if (stamps >= 2) {
    if (pes[8] < stamp_size) return {};
    head.pts = read_stamp(pes.subspan(fixed_head));
  }
  if (stamps == 3) {
    if (pes[8] < 2 * stamp_size) return {};
    head.dts = read_stamp(pes.subspan(fixed_head + stamp_size));
  }
  return head;
}

std::optional<std::size_t> whole_pes_size(Bytes pes) {
  const std::size_t length = static_cast<std::size_t>(pes[4]) << 8U | pes[5];
  if (length == 0) return {};
  return pes_length_offset + length;
}

PesHeadBytes write_pes_head(std::uint8_t stream_id, Ticks pts, Ticks dts,
                            std::size_t payload_size) {
  PesHeadBytes head;
  const bool has_dts = dts != pts;
  const std::size_t stamps = has_dts ? 2 * stamp_size : stamp_size;
  head.size = fixed_head + stamps;
  std::size_t length = head.size - pes_length_offset + payload_size;
  if (length > 0xffff) length = 0;
  std::uint8_t* const bytes = head.bytes.data();
  bytes[2] = 1;
  bytes[3] = stream_id;
  bytes[4] = static_cast<std::uint8_t>(length >> 8U);
  bytes[5] = static_cast<std::uint8_t>(length);
  bytes[6] = 0x80;
  bytes[7] = has_dts ? 0xc0 : 0x80;
  bytes[8] = static_cast<std::uint8_t>(stamps);
  write_stamp(bytes + fixed_head, has_dts ? 3 : 2, wrapped(pts));
  if (has_dts) write_stamp(bytes + fixed_head + stamp_size, 1, wrapped(dts));
  return head;
}

}  // namespace recovery::splice
