#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>

#include "recovery/splice/program.hpp"

namespace recovery::splice {

// What must be the same on both sides of a splice. Level, VUI, HRD and PPS may differ: they come in
// band, and decoders follow.
struct VideoParameters {
  std::uint32_t width = 0, height = 0;
  std::uint32_t profile = 0, chroma = 0, bit_depth = 0;
  bool is_interlaced = false;

  bool operator==(const VideoParameters&) const = default;
};

struct AudioParameters {
  std::uint32_t object_type = 0;  // AAC: audio object type; MPEG audio: layer
  std::uint32_t rate = 0, channels = 0;

  bool operator==(const AudioParameters&) const = default;
};

// Of a codec that is not looked into: it has shown a frame.
struct UnknownParameters {
  bool operator==(const UnknownParameters&) const = default;
};

using Parameters = std::variant<VideoParameters, AudioParameters, UnknownParameters>;

// What the bytes of a PES tell of the frame that they begin with.
struct Inspection {
  std::optional<Parameters> parameters;  // video: only where they stand in this PES
  bool is_key = false;                   // a decoder can begin here: with its parameters in band
  std::size_t size = 0;                  // bytes; sound: where more frames may follow
  std::uint32_t samples = 0, rate = 0;   // sound: how long it lasts; 0: not known
};

// `random_access`: the indicator of its first packet. `descriptors`: of the stream in the PMT.
Inspection inspect(const ProgramStream& stream, Bytes payload, bool random_access);

Inspection inspect_video(Codec codec, Bytes payload, bool random_access);
Inspection inspect_audio(Codec codec, Bytes payload, Bytes descriptors);

}  // namespace recovery::splice
