#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "recovery/splice/program.hpp"

namespace recovery::splice {

inline constexpr std::uint16_t first_pid = 0x100;  // of a row of PIDs for each kind

// The programme as the outputs have it: the streams of the source that it was made of, in their
// order, on PIDs by kind and order, whatever the source's are.
Program make_layout(const Program& source);

// Which stream of the layout a source's stream goes to: the one of the same kind and order, if its
// codec is the same.
std::vector<std::optional<std::size_t>> tracks_of(const Program& source, const Program& layout);

// Whether the audio and video streams of both are the same, but for their parameters.
bool is_same_layout(const Program& source, const Program& layout);

// The stream at whose frames the programme can be entered: the first video, else the first audio.
std::optional<std::size_t> entry_stream(const Program& program);

// The place of a stream among those of its kind.
std::size_t order_of(const Program& program, std::size_t stream);

}  // namespace recovery::splice
