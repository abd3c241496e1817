#include "recovery/alerts/characters.hpp"

#include <algorithm>

#include "monitor/text/utf8.hpp"

namespace recovery::alerts {
namespace {

// The byte at which the character number `count` begins; the size where there are not so many.
std::size_t byte_of(std::string_view text, std::size_t count) {
  std::size_t at = 0;
  while (at < text.size() && count-- > 0) at += monitor::decode_utf8(text, at).length;
  return at;
}

}  // namespace

std::string fitted(std::string_view text, std::size_t max_characters) {
  std::string valid = monitor::valid_utf8(text);
  if (byte_of(valid, max_characters) == valid.size()) return valid;
  valid.resize(byte_of(valid, std::max<std::size_t>(max_characters, 1) - 1));
  return valid.append(monitor::ellipsis);
}

}  // namespace recovery::alerts
