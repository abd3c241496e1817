#include "monitor/text/utf8.hpp"

#include <algorithm>

namespace monitor {
namespace {

using std::string_view;

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Bytes that a lead byte announces; 0 for one that cannot lead.
std::size_t length_by_lead(unsigned char lead) {
  if (lead < 0x80) return 1;
  if (lead < 0xC2) return 0;  // a continuation, or an over-long form
  if (lead < 0xE0) return 2;
  if (lead < 0xF0) return 3;
  return lead < 0xF5 ? 4 : 0;
}

bool is_scalar_value(char32_t code_point, std::size_t length) {
  constexpr char32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
  if (code_point < smallest[length] || code_point > 0x10FFFF) return false;
  return code_point < 0xD800 || code_point > 0xDFFF;  // surrogates
}

}  // namespace

Character decode_utf8(string_view text, std::size_t at) {
  constexpr Character broken{0xFFFD, 1};
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t length = length_by_lead(lead);
  if (length == 1) return {lead, 1};
  if (length == 0 || at + length > text.size()) return broken;
  char32_t code_point = lead & (0xFFU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(text[at + i])) return broken;
    code_point = code_point << 6 | (static_cast<unsigned char>(text[at + i]) & 0x3FU);
  }
  if (!is_scalar_value(code_point, length)) return broken;
  return {code_point, static_cast<std::uint8_t>(length)};
}

std::string valid_utf8(string_view text) {
  const auto is_ascii = [](char c) { return static_cast<unsigned char>(c) < 0x80; };
  if (std::ranges::all_of(text, is_ascii)) return std::string(text);
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const Character character = decode_utf8(text, at);
    result += character.is_valid() ? text.substr(at, character.length) : replacement_character;
    at += character.length;
  }
  return result;
}

string_view utf8_prefix(string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && is_continuation(text[limit])) --limit;
  return text.substr(0, limit);
}

}  // namespace monitor
