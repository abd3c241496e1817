#include "recovery/splice/section.hpp"

#include <algorithm>
#include <array>

namespace recovery::splice {

namespace {

constexpr std::size_t head_size = 3;  // table id and length

constexpr std::array<std::uint32_t, 256> crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < table.size(); ++i) {
    std::uint32_t crc = i << 24U;
    for (int bit = 0; bit < 8; ++bit) crc = crc << 1U ^ ((crc >> 31U) != 0 ? 0x04c11db7U : 0U);
    table[i] = crc;
  }
  return table;
}

std::size_t whole_size(Bytes section) {
  return head_size + ((section[1] & 0x0fU) << 8U | section[2]);
}

}  // namespace

std::uint32_t crc32_mpeg(Bytes bytes) {
  static constexpr auto table = crc_table();
  std::uint32_t crc = 0xffffffffU;
  for (const std::uint8_t byte : bytes) crc = crc << 8U ^ table[(crc >> 24U ^ byte) & 0xffU];
  return crc;
}

std::optional<Bytes> SectionReader::feed(const Packet& packet) {
  if (packet.payload.empty() || packet.is_scrambled) return {};
  if (continuity_ == packet.continuity && !packet.discontinuity) return {};  // sent twice
  const bool is_next = continuity_ && ((*continuity_ + 1U) & 0x0fU) == packet.continuity;
  if (!is_next) is_inside_ = false;
  continuity_ = packet.continuity;
  is_complete_ = false;
  Bytes payload = packet.payload;
  if (packet.starts_unit) {
    const std::size_t pointer = payload[0];
    payload = payload.subspan(1);
    if (pointer > payload.size()) {
      is_inside_ = false;
      return {};
    }
    if (is_inside_) append(payload.first(pointer));
    payload = payload.subspan(pointer);
    partial_.clear();
    is_inside_ = true;
  }
  if (is_inside_) append(payload);
  return is_complete_ ? std::optional<Bytes>(complete_) : std::nullopt;
}

void SectionReader::append(Bytes bytes) {
  while (is_inside_ && !bytes.empty()) {
    constexpr std::uint8_t stuffing = 0xff;
    if (partial_.empty() && bytes[0] == stuffing) {
      is_inside_ = false;
      return;
    }
    const std::size_t wanted = partial_.size() < head_size ? head_size : whole_size(partial_);
    const std::size_t taken = std::min(wanted - partial_.size(), bytes.size());
    partial_.insert(partial_.end(), bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(taken));
    bytes = bytes.subspan(taken);
    if (partial_.size() >= head_size && partial_.size() == whole_size(partial_)) finish();
    if (partial_.size() == head_size && whole_size(partial_) > section_limit) is_inside_ = false;
  }
}

void SectionReader::finish() {
  if (crc32_mpeg(partial_) == 0) {
    complete_ = partial_;
    is_complete_ = true;
  }
  partial_.clear();
}

}  // namespace recovery::splice
