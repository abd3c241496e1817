#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "monitor/connection_sample.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {

// Which of the command's outputs a connection may serve by its addresses: bit N for that of number
// N. Several at one server look the same, as does every name: which address a name has is not
// known.
std::uint32_t outputs_of(const ConnectionSample& connection, const Endpoints& endpoints);

// The output that a line of FFmpeg's is about, by number; empty where it may be about another
// endpoint, too. A tee names its legs by number, the first being 0.
std::optional<std::uint8_t> output_of(const LogLine& line, const Endpoints& endpoints);

// FFmpeg goes on without a leg of its tee from now on.
bool gives_up_leg(const LogLine& line);

}  // namespace monitor
