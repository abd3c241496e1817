#pragma once

#include <cstdint>

#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {

enum class Side : std::uint8_t { unknown, input, output };

// Whether a line of FFmpeg's is about what it reads or what it writes. The first of these that is
// conclusive: the context (`in#0`, `out#0/flv` since 6.1), FFmpeg's own words, a whole URL, its
// host and port, the protocol that logged it, the only network endpoint there is.
Side side_of(const LogLine& line, const Endpoints& endpoints);

// False for a file: what is wrong with it now will be wrong with it the next time.
bool is_live(std::string_view endpoint);

}  // namespace monitor
