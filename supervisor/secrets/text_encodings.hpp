#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace supervisor {

// Inside JSON's quotes. What is not UTF-8 becomes U+FFFD; control characters are escaped. Some
// writers escape the slash too.
enum class JsonSlash : std::uint8_t { plain, escaped };
std::string json_escaped(std::string_view text, JsonSlash slash = JsonSlash::plain);

// The same, appended, and at most `limit` bytes of it: cut between characters and ended by `…`.
void append_json(std::string& out, std::string_view text, std::size_t limit,
                 JsonSlash slash = JsonSlash::plain);

// For a terminal: what it could take for a command (`\x1b`, `\n`), and what would show other text
// than stands there (`\u{202e}`), is escaped; limit as above.
void append_printable(std::string& out, std::string_view text, std::size_t limit);

}  // namespace supervisor
