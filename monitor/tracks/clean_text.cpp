#include "monitor/tracks/clean_text.hpp"

#include "monitor/text/utf8.hpp"

namespace monitor {
namespace {

using std::string_view;

constexpr string_view ellipsis = "\xE2\x80\xA6";

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

// Of the character at the beginning of valid UTF-8.
std::size_t character_size(string_view text) {
  std::size_t size = 1;
  while (size < text.size() && is_continuation(text[size])) ++size;
  return size;
}

bool is_control(string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  return first < 0x20 || first == 0x7F ||
         (character.size() == 2 && character >= "\xC2\x80" && character <= "\xC2\x9F") ||
         character == "\xE2\x80\xA8" || character == "\xE2\x80\xA9";  // line, paragraph separator
}

// U+200E, U+200F, U+202A to U+202E, U+2066 to U+2069; U+FEFF has no width at all.
bool is_invisible(string_view character) {
  if (character.size() != 3) return false;
  return character == "\xE2\x80\x8E" || character == "\xE2\x80\x8F" ||
         (character >= "\xE2\x80\xAA" && character <= "\xE2\x80\xAE") ||
         (character >= "\xE2\x81\xA6" && character <= "\xE2\x81\xA9") ||
         character == "\xEF\xBB\xBF";
}

string_view trimmed(string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

}  // namespace

string_view utf8_prefix(string_view text, std::size_t limit) {
  if (text.size() <= limit) return text;
  while (limit > 0 && is_continuation(text[limit])) --limit;
  return text.substr(0, limit);
}

std::string clean_text(string_view text, std::size_t limit) {
  // Each foreign byte gives at most 3; what lies beyond cannot come into the result, unless blanks
  // and controls stand before it.
  const std::string valid = valid_utf8(text.substr(0, 4 * limit + 64));
  std::string clean;
  for (string_view rest = valid; !rest.empty();) {
    const string_view character = rest.substr(0, character_size(rest));
    rest.remove_prefix(character.size());
    if (is_control(character))
      clean += clean.ends_with(' ') ? "" : " ";
    else if (!is_invisible(character))
      clean += character;
  }
  const string_view whole = trimmed(clean);
  if (whole.size() <= limit) return std::string(whole);
  if (limit < ellipsis.size()) return std::string(utf8_prefix(whole, limit));
  const string_view kept = utf8_prefix(whole, limit - ellipsis.size());
  return std::string(trimmed(kept)) + std::string(ellipsis);
}

}  // namespace monitor
