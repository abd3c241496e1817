#include "supervisor/secrets/text_encodings.hpp"

#include <algorithm>
#include <cstdio>

namespace supervisor {

namespace {

using std::string_view;

constexpr string_view replacement = "\xEF\xBF\xBD";  // U+FFFD
constexpr string_view ellipsis = "\xE2\x80\xA6";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

bool is_unreserved(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

// Bytes of the character that starts with this byte, 0 where none does.
std::size_t length_from(unsigned char first) {
  if (first < 0x80) return 1;
  if (first >= 0xC2 && first < 0xE0) return 2;
  if (first >= 0xE0 && first < 0xF0) return 3;
  if (first >= 0xF0 && first < 0xF5) return 4;
  return 0;
}

bool is_valid(char32_t code_point, std::size_t length) {
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code_point < smallest[length] || code_point > 0x10FFFF) return false;
  return code_point < 0xD800 || code_point > 0xDFFF;  // surrogates
}

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

string_view as_written(string_view text, std::size_t at, Character character) {
  const bool broken = character.code_point == 0xFFFD && character.length == 1;
  return broken ? replacement : text.substr(at, character.length);
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
  if (!is_control(c)) {
    out += written;
  } else if (c == '\n' || c == '\r' || c == '\t') {
    out += short_escape(c);
  } else {
    char code[8];
    std::snprintf(code, sizeof code, "\\x%02x", static_cast<unsigned>(c));
    out += code;
  }
}

// Appends character by character; what does not fit in `limit` bytes gives way to an ellipsis.
template <class AppendCharacter>
void append_limited(std::string& out, string_view text, std::size_t limit, AppendCharacter append) {
  const std::size_t start = out.size();
  std::size_t fits = start;  // where the ellipsis still has room
  for (std::size_t at = 0; at < text.size();) {
    const Character character = character_at(text, at);
    append(out, as_written(text, at, character), character.code_point);
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

std::string percent_decoded(string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int high = text[i] == '%' && i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
    const int low = high >= 0 ? hex_value(text[i + 2]) : -1;
    if (low < 0) {
      decoded += text[i];
      continue;
    }
    decoded += static_cast<char>(high * 16 + low);
    i += 2;
  }
  return decoded;
}

std::string percent_encoded(string_view text, HexCase hex_case) {
  const string_view digits = hex_case == HexCase::upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string encoded;
  for (const char c : text) {
    if (is_unreserved(c)) {
      encoded += c;
      continue;
    }
    const auto byte = static_cast<unsigned char>(c);
    encoded += '%';
    encoded += digits[byte >> 4];
    encoded += digits[byte & 15];
  }
  return encoded;
}

Character character_at(string_view text, std::size_t at) {
  constexpr Character broken{0xFFFD, 1};
  const auto first = static_cast<unsigned char>(text[at]);
  const std::size_t length = length_from(first);
  if (length == 1) return {first, 1};
  if (length == 0 || at + length > text.size()) return broken;
  char32_t code_point = first & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    const auto next = static_cast<unsigned char>(text[at + i]);
    if ((next & 0xC0) != 0x80) return broken;
    code_point = code_point << 6 | (next & 0x3FU);
  }
  if (!is_valid(code_point, length)) return broken;
  return {code_point, static_cast<std::uint8_t>(length)};
}

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
