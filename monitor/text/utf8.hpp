#pragma once

#include <string>
#include <string_view>

namespace monitor {

// The text with every byte that is no part of valid UTF-8 replaced by U+FFFD: file names and
// FFmpeg's lines may hold anything, JSON and the metrics' text may not.
std::string valid_utf8(std::string_view text);

}  // namespace monitor
