#include "monitor/text/percent.hpp"

#include <cstddef>

#include "monitor/text/ascii.hpp"

namespace monitor {
namespace {

using std::string_view;

int hex_value(char c) {
  if (is_digit(c)) return c - '0';
  const char low = lower(c);
  return low >= 'a' && low <= 'f' ? low - 'a' + 10 : -1;
}

// Of the two digits behind the `%` at `at`; negative where they are none.
int byte_at(string_view text, std::size_t at) {
  if (text[at] != '%' || at + 2 >= text.size()) return -1;
  const int high = hex_value(text[at + 1]);
  const int low = hex_value(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

}  // namespace

std::string percent_decode(string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (std::size_t i = 0; i < text.size(); ++i) {
    const int byte = byte_at(text, i);
    decoded += byte < 0 ? text[i] : static_cast<char>(byte);
    if (byte >= 0) i += 2;
  }
  return decoded;
}

bool is_percent_encoded(string_view text) {
  for (std::size_t i = text.find('%'); i != string_view::npos; i = text.find('%', i + 1)) {
    if (byte_at(text, i) < 0) return false;
  }
  return true;
}

bool is_unreserved(char c) {
  return is_letter(c) || is_digit(c) || c == '-' || c == '.' || c == '_' || c == '~';
}

std::string percent_encode(string_view text, bool (*keep)(char), HexCase hex_case) {
  const string_view digits = hex_case == HexCase::upper ? "0123456789ABCDEF" : "0123456789abcdef";
  std::string encoded;
  encoded.reserve(text.size());
  for (const char c : text) {
    if (keep(c)) {
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

}  // namespace monitor
