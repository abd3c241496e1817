#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace monitor {

// Foreign text made harmless: one line of valid UTF-8 without control characters (those that turn
// the direction of writing, too), blanks at its ends taken away. Longer than `limit` bytes: cut
// between characters, `…` behind it, `limit` in all.
std::string clean_text(std::string_view text, std::size_t limit);

}  // namespace monitor
