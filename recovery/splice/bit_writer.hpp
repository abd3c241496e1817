#pragma once

#include <cstdint>
#include <vector>

namespace recovery::splice {

// Bits, highest first; the last byte is filled up with zeros.
class BitWriter {
 public:
  explicit BitWriter(std::vector<std::uint8_t>& bytes) : bytes_(bytes) {}

  void bits(std::uint32_t value, unsigned count) {
    for (; count > 0; --count) {
      if (used_ == 0) bytes_.push_back(0);
      const unsigned bit = value >> (count - 1) & 1U;
      bytes_.back() = static_cast<std::uint8_t>(bytes_.back() | bit << (7U - used_));
      used_ = (used_ + 1) % 8;
    }
  }

 private:
  std::vector<std::uint8_t>& bytes_;
  unsigned used_ = 0;  // bits of the last byte; 0: all
};

}  // namespace recovery::splice
