#pragma once

#include <cstdint>

#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {

enum class Side : std::uint8_t { unknown, input, output };

// Whether a line of FFmpeg's is about what it reads or what it writes. The first of these that is
// conclusive: the context (`in#0`, `out#0/flv` since 6.1), FFmpeg's own words, a whole URL, its
// host and port, the protocol that logged it, the only network endpoint there is.
Side side_of(const LogLine& line, const Endpoints& endpoints);

// The URL of the command that the line is about: the longest that stands in it, else that of its
// context (`in#0`). Empty where there is none.
std::string_view endpoint_of(const LogLine& line, const Endpoints& endpoints);

// A file that only lists what is read: a session description, a playlist, a list of files.
bool is_list(std::string_view endpoint);

// What it brings may be another thing the next time. False for a file of media.
bool may_change(std::string_view endpoint);

}  // namespace monitor
