#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace recovery::alerts {

// The text as valid UTF-8 (a byte that is no part of it becomes U+FFFD: FFmpeg's lines may hold
// anything, and receivers refuse such JSON), of at most `max_characters` (code points): a longer
// one is cut and ends in "…".
std::string fitted(std::string_view text, std::size_t max_characters);

}  // namespace recovery::alerts
