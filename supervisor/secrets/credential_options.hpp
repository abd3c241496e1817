#pragma once

#include <string_view>

namespace supervisor {

// `-headers` → `headers`, without a stream specifier; empty for a word that is no option.
std::string_view option_name(std::string_view word);

// Whether the value of this option of a command is, or carries, a credential.
bool is_option_secret(std::string_view name, std::string_view value);

}  // namespace supervisor
