#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <vector>

#include "recovery/splice/parameters.hpp"

namespace supervisor {

// What a held stream's slate is made of.
struct SlatePlan {
  std::vector<std::string> program;  // the stream's FFmpeg, with wrappers in front of it
  std::string image;                 // a file; empty: a plain dark card
  std::string text;                  // UTF-8, perhaps of several lines; empty: none

  bool operator==(const SlatePlan&) const = default;
};

// How coarse it may be: a finer one is tried first, and may be too big for the stream's line.
inline constexpr auto slate_quantizers = std::to_array<int>({20, 28, 36, 44, 51});

// `H.264 1280x720, profile 100, 4:2:0, 8 bit`.
std::string describe(recovery::splice::Codec codec,
                     const recovery::splice::VideoParameters& parameters);

// Why no slate is encoded for such pictures, and the last key frame is better repeated; empty where
// it is.
std::string no_slate_for(recovery::splice::Codec codec,
                         const recovery::splice::VideoParameters& parameters);

// Encodes one picture of these parameters to MPEG-TS on that descriptor, and reads the text on its
// stdin, as a file of its own: text is never part of a filter graph. Where no_slate_for is empty.
std::vector<std::string> slate_command(const SlatePlan& plan, recovery::splice::Codec codec,
                                       const recovery::splice::VideoParameters& parameters,
                                       int quantizer, int descriptor);

}  // namespace supervisor
