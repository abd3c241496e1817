#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "recovery/splice/packet.hpp"

namespace recovery::splice {

// Packets by their number since the beginning, the oldest overwritten. Takes only the memory that
// it once needed, at most that of `limit` packets.
class PacketRing {
 public:
  explicit PacketRing(std::size_t limit) : limit_(limit) {}

  std::uint64_t begin() const { return begin_; }
  std::uint64_t end() const { return end_; }
  std::size_t size() const { return static_cast<std::size_t>(end_ - begin_); }
  std::size_t limit() const { return limit_; }
  void raise_limit(std::size_t limit) { limit_ = std::max(limit_, limit); }

  // Room for `count` more packets, as far as the limit allows.
  void reserve(std::size_t count) {
    const std::size_t wanted = std::min(size() + count, limit_);
    if (wanted > slots_) grow(std::min(std::max(wanted, 2 * slots_), limit_));
  }
  // Space for the next packet; there must be room.
  std::span<std::uint8_t, packet_size> append() { return at(end_++); }
  void release_before(std::uint64_t number) { begin_ = std::max(begin_, number); }

  // As many of the packets from `first` to `last` as stand in one piece.
  Bytes piece(std::uint64_t first, std::uint64_t last) const {
    const auto slot = static_cast<std::size_t>(first % slots_);
    const std::size_t count = std::min(static_cast<std::size_t>(last - first), slots_ - slot);
    return Bytes(bytes_).subspan(slot * packet_size, count * packet_size);
  }

 private:
  std::span<std::uint8_t, packet_size> at(std::uint64_t number) {
    return std::span<std::uint8_t, packet_size>(
        bytes_.data() + static_cast<std::size_t>(number % slots_) * packet_size, packet_size);
  }
  void grow(std::size_t slots) {
    std::vector<std::uint8_t> bytes(slots * packet_size);
    for (std::uint64_t i = begin_; i < end_; ++i) {
      const auto old = at(i);
      std::copy(old.begin(), old.end(),
                bytes.begin() + static_cast<std::ptrdiff_t>(i % slots * packet_size));
    }
    bytes_.swap(bytes);
    slots_ = slots;
  }

  std::size_t limit_;
  std::size_t slots_ = 0;
  std::vector<std::uint8_t> bytes_;
  std::uint64_t begin_ = 0;
  std::uint64_t end_ = 0;
};

}  // namespace recovery::splice
