#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/program.hpp"

namespace recovery::splice {

// One frame of a codec in which nothing is heard.
struct SilentFrame {
  std::vector<std::uint8_t> bytes;
  std::uint32_t samples = 0, rate = 0;  // how long it lasts
};

// Silence that a decoder takes as the next frame of the same stream: under the head of `frame`, one
// of its frames. AAC (ADTS), MPEG audio, Opus of one or two channels; nothing for other codecs, and
// where the head does not say enough. `descriptors`: of the stream in the PMT.
std::optional<SilentFrame> silence_like(Codec codec, Bytes frame, Bytes descriptors);

}  // namespace recovery::splice
