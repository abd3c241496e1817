#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace supervisor {

// `%41` → `A`; a `%` without two hexadecimal digits stays.
std::string percent_decoded(std::string_view text);

// All but letters, digits and `-._~` as `%xx`.
enum class HexCase : std::uint8_t { upper, lower };
std::string percent_encoded(std::string_view text, HexCase hex_case);

// One Unicode character at `at` (< text.size()). Where the bytes are not UTF-8 it is U+FFFD, one
// byte long.
struct Character {
  char32_t code_point;
  std::uint8_t length;  // bytes
};
Character character_at(std::string_view text, std::size_t at);

// Inside JSON's quotes. What is not UTF-8 becomes U+FFFD; control characters are escaped. Some
// writers escape the slash too.
enum class JsonSlash : std::uint8_t { plain, escaped };
std::string json_escaped(std::string_view text, JsonSlash slash = JsonSlash::plain);

// The same, appended, and at most `limit` bytes of it: cut between characters and ended by `…`.
void append_json(std::string& out, std::string_view text, std::size_t limit,
                 JsonSlash slash = JsonSlash::plain);

// For a terminal: what it could take for a command is escaped (`\x1b`, `\n`); limit as above.
void append_printable(std::string& out, std::string_view text, std::size_t limit);

}  // namespace supervisor
