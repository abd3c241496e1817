#pragma once

#include <string>
#include <string_view>

namespace supervisor {

// What in this text, which is no YAML, was probably meant otherwise, with its line and column and
// what to do: the first quote or bracket that is never closed, the first text that has to stand in
// quotes, a missing comma, a tab. Never empty; shows signs only, as the text may hold a secret.
std::string yaml_hint(std::string_view text);

}  // namespace supervisor
