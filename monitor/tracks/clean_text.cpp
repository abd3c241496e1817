#include "monitor/tracks/clean_text.hpp"

#include "monitor/text/ascii.hpp"
#include "monitor/text/invisible.hpp"
#include "monitor/text/utf8.hpp"

namespace monitor {
namespace {

using std::string_view;

bool is_control(char32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x2028 ||
         c == 0x2029;  // line, paragraph separator
}

}  // namespace

std::string clean_text(string_view text, std::size_t limit) {
  // Each foreign byte gives at most 3; what lies beyond cannot come into the result, unless blanks
  // and controls stand before it.
  const std::string valid = valid_utf8(text.substr(0, 4 * limit + 64));
  std::string clean;
  for (std::size_t at = 0; at < valid.size();) {
    const Character character = decode_utf8(valid, at);
    if (is_control(character.code_point))
      clean += clean.ends_with(' ') ? "" : " ";
    else if (!is_invisible(character.code_point))
      clean.append(valid, at, character.length);
    at += character.length;
  }
  const string_view whole = trimmed(clean, " ");
  if (whole.size() <= limit) return std::string(whole);
  if (limit < ellipsis.size()) return std::string(utf8_prefix(whole, limit));
  const string_view kept = utf8_prefix(whole, limit - ellipsis.size());
  return std::string(trimmed(kept, " ")) + std::string(ellipsis);
}

}  // namespace monitor
