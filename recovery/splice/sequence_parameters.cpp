#include "recovery/splice/sequence_parameters.hpp"

#include <array>

#include "recovery/splice/bit_reader.hpp"

namespace recovery::splice {

namespace {

// The part of an SPS that is read here is far shorter.
class Unescaped {
 public:
  explicit Unescaped(Bytes nal) {
    unsigned zeros = 0;
    for (const std::uint8_t byte : nal) {
      if (size_ == bytes_.size()) return;
      const bool prevents_emulation = zeros >= 2 && byte == 3;
      zeros = byte == 0 ? zeros + 1 : 0;
      if (!prevents_emulation) bytes_[size_++] = byte;
    }
  }
  Bytes bytes() const { return Bytes(bytes_).first(size_); }

 private:
  std::array<std::uint8_t, 1024> bytes_{};
  std::size_t size_ = 0;
};

bool has_chroma_format(std::uint32_t profile) {
  switch (profile) {
    case 100:
    case 110:
    case 122:
    case 244:
    case 44:
    case 83:
    case 86:
    case 118:
    case 128:
    case 138:
    case 139:
    case 134:
    case 135:
      return true;
    default:
      return false;
  }
}

void skip_scaling_list(BitReader& reader, unsigned size) {
  int last = 8;
  int next = 8;
  for (unsigned i = 0; i < size && !reader.is_over(); ++i) {
    if (next != 0) next = (last + reader.se() % 256 + 256) % 256;
    if (next != 0) last = next;
  }
}

void skip_picture_order(BitReader& reader) {
  const std::uint32_t type = reader.ue();
  if (type == 0) reader.ue();
  if (type != 1) return;
  reader.skip(1);
  reader.ue();
  reader.ue();
  const std::uint32_t cycle = reader.ue();
  for (std::uint32_t i = 0; i < cycle && i < 256 && !reader.is_over(); ++i) reader.ue();
}

struct Crop {
  std::uint32_t left = 0, right = 0, top = 0, bottom = 0;
};

Crop read_crop(BitReader& reader) {
  Crop crop;
  if (reader.bit() == 0) return crop;
  crop.left = reader.ue();
  crop.right = reader.ue();
  crop.top = reader.ue();
  crop.bottom = reader.ue();
  return crop;
}

void apply(const Crop& crop, std::uint32_t unit_x, std::uint32_t unit_y, VideoParameters& video) {
  video.width -= unit_x * (crop.left + crop.right);
  video.height -= unit_y * (crop.top + crop.bottom);
}

}  // namespace

std::optional<VideoParameters> read_h264_sps(Bytes nal) {
  const Unescaped unescaped(nal);
  BitReader reader(unescaped.bytes());
  VideoParameters video{0, 0, 0, 1, 8, false};
  reader.skip(8);
  video.profile = reader.bits(8);
  reader.skip(16);  // constraints, level
  reader.ue();
  if (has_chroma_format(video.profile)) {
    video.chroma = reader.ue();
    if (video.chroma == 3) reader.skip(1);
    video.bit_depth = 8 + reader.ue();
    reader.ue();
    reader.skip(1);
    const bool has_matrix = reader.bit() != 0;
    const unsigned lists = video.chroma == 3 ? 12 : 8;
    for (unsigned i = 0; has_matrix && i < lists; ++i) {
      if (reader.bit() != 0) skip_scaling_list(reader, i < 6 ? 16 : 64);
    }
  }
  reader.ue();
  skip_picture_order(reader);
  reader.ue();
  reader.skip(1);
  video.width = 16 * (reader.ue() + 1);
  const std::uint32_t map_units = reader.ue() + 1;
  video.is_interlaced = reader.bit() == 0;
  const std::uint32_t fields = video.is_interlaced ? 2 : 1;
  video.height = 16 * map_units * fields;
  if (video.is_interlaced) reader.skip(1);
  reader.skip(1);
  const std::uint32_t unit_x = video.chroma == 1 || video.chroma == 2 ? 2 : 1;
  const std::uint32_t unit_y = (video.chroma == 1 ? 2 : 1) * fields;
  apply(read_crop(reader), unit_x, unit_y, video);
  if (reader.is_over()) return {};
  return video;
}

std::optional<VideoParameters> read_hevc_sps(Bytes nal) {
  const Unescaped unescaped(nal);
  BitReader reader(unescaped.bytes());
  VideoParameters video;
  reader.skip(16 + 4);
  const unsigned sub_layers = reader.bits(3);  // less one
  reader.skip(1 + 3);
  video.profile = reader.bits(5);
  reader.skip(32);
  const bool is_progressive = reader.bit() != 0;
  const bool is_interlaced = reader.bit() != 0;
  video.is_interlaced = is_interlaced && !is_progressive;
  reader.skip(46 + 8);  // constraints, level
  unsigned present = 0;
  for (unsigned i = 0; i < 8 && sub_layers > 0; ++i) {
    const bool has_profile = reader.bit() != 0;
    const bool has_level = reader.bit() != 0;
    if (i < sub_layers) present += (has_profile ? 88U : 0U) + (has_level ? 8U : 0U);
  }
  reader.skip(present);
  reader.ue();
  video.chroma = reader.ue();
  if (video.chroma == 3) reader.skip(1);
  video.width = reader.ue();
  video.height = reader.ue();
  const std::uint32_t unit_x = video.chroma == 1 || video.chroma == 2 ? 2 : 1;
  const std::uint32_t unit_y = video.chroma == 1 ? 2 : 1;
  apply(read_crop(reader), unit_x, unit_y, video);
  video.bit_depth = 8 + reader.ue();
  if (reader.is_over()) return {};
  return video;
}

}  // namespace recovery::splice
