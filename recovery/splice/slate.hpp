#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/parameters.hpp"

namespace recovery::splice {

// A coded picture that stands in for a stream of exactly these parameters: a key frame with its
// parameter sets in band. A value.
struct Slate {
  Codec codec = Codec::other;
  VideoParameters parameters;
  std::vector<std::uint8_t> picture;

  bool operator==(const Slate&) const = default;
};

// Bytes of a slate's picture; see Cover::picture_limit.
inline constexpr std::size_t slate_limit = 4 << 20;

// The first key frame of an MPEG-TS that an encoder has written to its end. Nothing: it has none
// with its parameters, or a greater one.
std::optional<Slate> read_slate(Bytes mpegts);

}  // namespace recovery::splice
