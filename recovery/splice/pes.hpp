#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "recovery/splice/packet.hpp"
#include "recovery/splice/ticks.hpp"

namespace recovery::splice {

// What the head of a PES says.
struct PesHead {
  std::uint8_t stream_id = 0;
  std::size_t size = 0;                   // of the head itself
  std::optional<std::uint64_t> pts, dts;  // 33 bits
};

// Nothing where it is no PES, of a kind without time stamps, encrypted, or cut off.
std::optional<PesHead> read_pes_head(Bytes pes);

inline constexpr std::size_t pes_length_offset = 6;  // its length counts what follows

// How long a PES is that begins like this; nothing: it ends where the next begins. Needs the
// first six bytes.
std::optional<std::size_t> whole_pes_size(Bytes pes);

struct PesHeadBytes {
  std::array<std::uint8_t, 19> bytes{};
  std::size_t size = 0;
};

// With its length where 16 bits can say it: a reader need not wait for the next PES then.
PesHeadBytes write_pes_head(std::uint8_t stream_id, Ticks pts, Ticks dts, std::size_t payload_size);

}  // namespace recovery::splice
