#include "supervisor/secrets/text_encodings.hpp"

#include <cstdio>

#include "monitor/text/invisible.hpp"
#include "monitor/text/utf8.hpp"

namespace supervisor {

namespace {

using monitor::ellipsis;
using std::string_view;

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0);
}

string_view short_escape(char32_t c) {
  switch (c) {
    case '"':
      return "\\\"";
    case '\\':
      return "\\\\";
    case '\n':
      return "\\n";
    case '\r':
      return "\\r";
    case '\t':
      return "\\t";
    default:
      return {};
  }
}

void append_json_character(std::string& out, string_view written, char32_t c, JsonSlash slash) {
  const string_view escape = short_escape(c);
  if (!escape.empty()) {
    out += escape;
  } else if (is_control(c)) {
    char code[8];
    std::snprintf(code, sizeof code, "\\u%04x", static_cast<unsigned>(c));
    out += code;
  } else {
    if (c == '/' && slash == JsonSlash::escaped) out += '\\';
    out += written;
  }
}

void append_printable_character(std::string& out, string_view written, char32_t c) {
  if (!is_control(c) && !monitor::is_invisible(c)) {
    out += written;
  } else if (c == '\n' || c == '\r' || c == '\t') {
    out += short_escape(c);
  } else {
    char code[16];
    const char* const form = c < 0x100 ? "\\x%02x" : "\\u{%x}";
    std::snprintf(code, sizeof code, form, static_cast<unsigned>(c));
    out += code;
  }
}

// Appends character by character; what does not fit in `limit` bytes gives way to an ellipsis.
template <class AppendCharacter>
void append_limited(std::string& out, string_view text, std::size_t limit, AppendCharacter append) {
  const std::size_t start = out.size();
  std::size_t fits = start;  // where the ellipsis still has room
  for (std::size_t at = 0; at < text.size();) {
    const monitor::Character character = monitor::decode_utf8(text, at);
    const string_view written =
        character.is_valid() ? text.substr(at, character.length) : monitor::replacement_character;
    append(out, written, character.code_point);
    at += character.length;
    const std::size_t used = out.size() - start;
    if (used + ellipsis.size() <= limit) fits = out.size();
    if (used <= limit) continue;
    out.resize(fits);
    if (limit >= ellipsis.size()) out += ellipsis;
    return;
  }
}

}  // namespace

std::string json_escaped(string_view text, JsonSlash slash) {
  std::string escaped;
  append_json(escaped, text, string_view::npos, slash);
  return escaped;
}

void append_json(std::string& out, string_view text, std::size_t limit, JsonSlash slash) {
  append_limited(out, text, limit, [slash](std::string& to, string_view written, char32_t c) {
    append_json_character(to, written, c, slash);
  });
}

void append_printable(std::string& out, string_view text, std::size_t limit) {
  append_limited(out, text, limit, append_printable_character);
}

}  // namespace supervisor
