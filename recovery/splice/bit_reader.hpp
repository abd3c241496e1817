#pragma once

#include <cstddef>
#include <cstdint>

#include "recovery/splice/packet.hpp"

namespace recovery::splice {

// Bits, highest first. Behind the end there are zeros, and `is_over` says so.
class BitReader {
 public:
  explicit BitReader(Bytes bytes) : bytes_(bytes) {}

  std::uint32_t bit() {
    const std::size_t byte = position_ / 8;
    const unsigned shift = 7U - static_cast<unsigned>(position_ % 8);
    if (byte >= bytes_.size()) {
      is_over_ = true;
      return 0;
    }
    ++position_;
    return bytes_[byte] >> shift & 1U;
  }
  std::uint32_t bits(unsigned count) {
    std::uint32_t value = 0;
    for (; count > 0; --count) value = value << 1U | bit();
    return value;
  }
  void skip(unsigned count) {
    for (; count > 0; --count) bit();
  }
  // Exp-Golomb, as H.264 and HEVC have it: ue(v); se(v) is skipped as the same number of bits.
  std::uint32_t ue() {
    unsigned zeros = 0;
    while (bit() == 0) {
      if (is_over_ || ++zeros > 31) {
        is_over_ = true;
        return 0;
      }
    }
    return (1U << zeros) - 1U + bits(zeros);
  }
  std::int32_t se() {
    const std::uint32_t code = ue();
    const auto half = static_cast<std::int32_t>(code / 2 + code % 2);
    return code % 2 == 1 ? half : -half;
  }

  bool is_over() const { return is_over_; }

 private:
  Bytes bytes_;
  std::size_t position_ = 0;
  bool is_over_ = false;
};

}  // namespace recovery::splice
