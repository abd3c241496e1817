#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace monitor {

// Percent encoding (RFC 3986, 2.1). `+` has no meaning here: that is a form's, not a URL's.

// `%41` → `A`, in either case of the digits. A `%` without two hexadecimal digits stays as it is.
std::string percent_decode(std::string_view text);
// Each `%` has its two hexadecimal digits, so that decoding loses nothing.
bool is_percent_encoded(std::string_view text);

// Letters, digits and `-._~`: what a URL holds as it is, wherever it stands.
bool is_unreserved(char c);

// Every byte but those that `keep` accepts becomes `%XX`.
enum class HexCase : std::uint8_t { upper, lower };
std::string percent_encode(std::string_view text, bool (*keep)(char) = is_unreserved,
                           HexCase hex_case = HexCase::upper);

}  // namespace monitor
