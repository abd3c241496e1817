#include "recovery/alerts/characters.hpp"

#include <algorithm>
#include <cstdint>

namespace recovery::alerts {
namespace {

constexpr std::string_view replacement = "\xEF\xBF\xBD";
constexpr std::string_view ellipsis = "\xE2\x80\xA6";

struct Lead {
  std::size_t length;      // bytes of the sequence; 0: no sequence begins so
  std::uint32_t bits;      // of the code point
  std::uint32_t smallest;  // code point that needs this many bytes
};

Lead lead_of(std::uint8_t byte) {
  if (byte < 0x80) return {1, byte, 0};
  if (byte < 0xC0) return {0, 0, 0};
  if (byte < 0xE0) return {2, byte & 0x1FU, 0x80};
  if (byte < 0xF0) return {3, byte & 0x0FU, 0x800};
  if (byte < 0xF8) return {4, byte & 0x07U, 0x10000};
  return {0, 0, 0};
}

// Bytes of the valid sequence at the beginning of a text that is not empty; 0 if there is none.
std::size_t sequence_length(std::string_view text) {
  const Lead lead = lead_of(static_cast<std::uint8_t>(text[0]));
  if (lead.length > text.size()) return 0;
  std::uint32_t code_point = lead.bits;
  for (std::size_t i = 1; i < lead.length; ++i) {
    const auto byte = static_cast<std::uint8_t>(text[i]);
    if ((byte & 0xC0) != 0x80) return 0;
    code_point = code_point << 6 | (byte & 0x3FU);
  }
  const bool is_surrogate = code_point >= 0xD800 && code_point < 0xE000;
  return code_point < lead.smallest || code_point > 0x10FFFF || is_surrogate ? 0 : lead.length;
}

}  // namespace

std::string fitted(std::string_view text, std::size_t max_characters) {
  std::string result;
  std::size_t room_for_ellipsis = 0;  // how long the result was one character before the limit
  for (std::size_t characters = 0; !text.empty(); ++characters) {
    if (characters + 1 == max_characters) room_for_ellipsis = result.size();
    if (characters == max_characters) {
      result.resize(room_for_ellipsis);
      return result.append(ellipsis);
    }
    const std::size_t length = sequence_length(text);
    result += length == 0 ? replacement : text.substr(0, length);
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

}  // namespace recovery::alerts
