#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace monitor {

inline constexpr std::string_view replacement_character = "\xEF\xBF\xBD";  // U+FFFD
inline constexpr std::string_view ellipsis = "\xE2\x80\xA6";               // U+2026

// One Unicode character. Where the bytes are not valid UTF-8 it is U+FFFD and one byte long, which
// no valid one is.
struct Character {
  char32_t code_point;
  std::uint8_t length;  // bytes
  bool is_valid() const { return code_point != 0xFFFD || length != 1; }
};

// The one that begins at `at` (< text.size()).
Character decode_utf8(std::string_view text, std::size_t at);

// The text with every byte that is no part of valid UTF-8 replaced by U+FFFD: file names and
// FFmpeg's lines may hold anything, JSON and the metrics' text may not.
std::string valid_utf8(std::string_view text);

// At most `limit` bytes of valid UTF-8, cut between characters.
std::string_view utf8_prefix(std::string_view text, std::size_t limit);

}  // namespace monitor
