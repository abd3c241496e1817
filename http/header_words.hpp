#pragma once

#include <string_view>

namespace http {

// Words of header fields (RFC 9110, 5.6).

// Without the blanks and tabs at its ends.
std::string_view trimmed(std::string_view text);
// Whatever their case.
bool is_same_word(std::string_view a, std::string_view b);

}  // namespace http
