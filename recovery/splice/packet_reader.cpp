#include "recovery/splice/packet_reader.hpp"

namespace recovery::splice {

std::optional<PacketBytes> PacketReader::next(Bytes& bytes) {
  while (!bytes.empty()) {
    const auto packet = held_bytes_ > 0 ? next_held(bytes) : next_direct(bytes);
    if (packet) return packet;
  }
  return {};
}

std::optional<PacketBytes> PacketReader::next_direct(Bytes& bytes) {
  if (bytes[0] != sync_byte) {
    in_sync_ = false;
    const auto found = std::find(bytes.begin(), bytes.end(), sync_byte);
    const auto skipped = static_cast<std::size_t>(found - bytes.begin());
    skipped_bytes_ += skipped;
    bytes = bytes.subspan(skipped);
    return {};
  }
  if (!in_sync_ && bytes.size() > packet_size) {
    in_sync_ = bytes[packet_size] == sync_byte;
    if (!in_sync_) {
      ++skipped_bytes_;
      bytes = bytes.subspan(1);
      return {};
    }
  }
  if (in_sync_ && bytes.size() >= packet_size) {
    const PacketBytes packet = bytes.first<packet_size>();
    bytes = bytes.subspan(packet_size);
    return packet;
  }
  std::copy(bytes.begin(), bytes.end(), held_.begin());
  held_bytes_ = bytes.size();
  bytes = {};
  return {};
}

std::optional<PacketBytes> PacketReader::next_held(Bytes& bytes) {
  const std::size_t taken = std::min(packet_size - held_bytes_, bytes.size());
  std::copy_n(bytes.begin(), taken, held_.begin() + static_cast<std::ptrdiff_t>(held_bytes_));
  held_bytes_ += taken;
  bytes = bytes.subspan(taken);
  if (held_bytes_ < packet_size) return {};
  if (!in_sync_) {
    if (bytes.empty()) return {};
    in_sync_ = bytes[0] == sync_byte;
  }
  if (!in_sync_) {
    skip_held();
    return {};
  }
  held_bytes_ = 0;
  return PacketBytes(held_);
}

void PacketReader::skip_held() {
  const auto end = held_.begin() + static_cast<std::ptrdiff_t>(held_bytes_);
  const auto found = std::find(held_.begin() + 1, end, sync_byte);
  skipped_bytes_ += static_cast<std::size_t>(found - held_.begin());
  std::copy(found, end, held_.begin());
  held_bytes_ = static_cast<std::size_t>(end - found);
}

}  // namespace recovery::splice
