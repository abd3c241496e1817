#include <algorithm>

#include "recovery/splice/bit_reader.hpp"
#include "recovery/splice/parameters.hpp"
#include "recovery/splice/sequence_parameters.hpp"

namespace recovery::splice {

namespace {

constexpr std::size_t searched_bytes = 64 << 10;  // before the first slice; SEI may be long

// Behind the next start code 00 00 01; the end where there is none.
std::size_t next_unit(Bytes bytes, std::size_t from) {
  const std::size_t end = std::min(bytes.size(), searched_bytes);
  for (std::size_t i = from; i + 2 < end; ++i) {
    if (bytes[i + 2] > 1) {
      i += 2;
    } else if (bytes[i] == 0 && bytes[i + 1] == 0 && bytes[i + 2] == 1) {
      return i + 3;
    }
  }
  return bytes.size();
}

enum class Unit { parameters, random_access, slice, other };

Unit h264_unit(std::uint8_t first) {
  switch (first & 0x1fU) {
    case 7:
      return Unit::parameters;
    case 5:
      return Unit::random_access;
    case 1:
    case 2:
      return Unit::slice;
    default:
      return Unit::other;
  }
}

Unit hevc_unit(std::uint8_t first) {
  const unsigned type = first >> 1U & 0x3fU;
  if (type == 33) return Unit::parameters;
  if (type >= 16 && type <= 23) return Unit::random_access;
  return type < 32 ? Unit::slice : Unit::other;
}

std::optional<VideoParameters> read_sps(Codec codec, Bytes unit) {
  return codec == Codec::h264 ? read_h264_sps(unit) : read_hevc_sps(unit);
}

Inspection inspect_units(Codec codec, Bytes payload, bool random_access) {
  Inspection found;
  found.size = payload.size();
  for (std::size_t at = next_unit(payload, 0); at < payload.size();) {
    const Unit unit = codec == Codec::h264 ? h264_unit(payload[at]) : hevc_unit(payload[at]);
    if (unit == Unit::random_access || unit == Unit::slice) {
      const bool may_begin = random_access || unit == Unit::random_access;
      found.is_key = may_begin && found.parameters.has_value();
      return found;
    }
    const std::size_t next = next_unit(payload, at);
    if (unit == Unit::parameters) {
      if (const auto video = read_sps(codec, payload.subspan(at, next - at))) {
        found.parameters = *video;
      }
    }
    at = next;
  }
  return found;
}

// A sequence header, and the extension that MPEG-2 has behind it.
Inspection inspect_mpeg2(Bytes payload) {
  constexpr std::uint8_t sequence_header = 0xb3;
  constexpr std::uint8_t extension = 0xb5;
  const std::size_t at = next_unit(payload, 0);
  if (at + 8 >= payload.size() || payload[at] != sequence_header) {
    return {{}, false, payload.size(), 0, 0};
  }
  BitReader reader(payload.subspan(at + 1));
  VideoParameters video{reader.bits(12), 0, 0, 1, 8, false};
  video.height = reader.bits(12);
  const std::size_t next = next_unit(payload, at);
  if (next + 6 < payload.size() && payload[next] == extension && payload[next + 1] >> 4U == 1) {
    BitReader more(payload.subspan(next + 1));
    more.skip(4 + 1);
    video.profile = more.bits(3);
    more.skip(4);
    video.is_interlaced = more.bit() == 0;
    video.chroma = more.bits(2);
  }
  return {video, true, payload.size(), 0, 0};
}

}  // namespace

Inspection inspect_video(Codec codec, Bytes payload, bool random_access) {
  switch (codec) {
    case Codec::h264:
    case Codec::hevc:
      return inspect_units(codec, payload, random_access);
    case Codec::mpeg2_video:
      return inspect_mpeg2(payload);
    default:
      return {UnknownParameters{}, random_access, payload.size(), 0, 0};
  }
}

}  // namespace recovery::splice
