#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace supervisor {

// How a reference to a variable or a file stands in a text: `{env: NAME}`, `{file: PATH}`. A brace
// more in front, `{{env: NAME}`, is the text itself.

// The length of the mark `{env:` or `{file:` that stands at `at`; 0: none does.
std::size_t reference_mark_at(std::string_view text, std::size_t at);

// The text, written so that none of it is taken for a reference.
std::string without_references(std::string_view text);

}  // namespace supervisor
