#include "recovery/alerts/characters.hpp"

#include <algorithm>

#include "monitor/text/utf8.hpp"

namespace recovery::alerts {
namespace {

constexpr std::string_view ellipsis = "\xE2\x80\xA6";

bool begins_character(char c) {
  return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
}

// The byte at which the character number `count` begins; the size where there are not so many.
std::size_t byte_of(std::string_view text, std::size_t count) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (begins_character(text[i]) && count-- == 0) return i;
  }
  return text.size();
}

}  // namespace

std::string fitted(std::string_view text, std::size_t max_characters) {
  std::string valid = monitor::valid_utf8(text);
  if (byte_of(valid, max_characters) == valid.size()) return valid;
  valid.resize(byte_of(valid, std::max<std::size_t>(max_characters, 1) - 1));
  return valid.append(ellipsis);
}

}  // namespace recovery::alerts
