#pragma once

namespace monitor {

// A character that shows nothing and moves or hides what others show: marks, embeddings, overrides
// and isolates of direction, no width, soft hyphens, tags. The joiners of scripts and emoji
// (U+200C, U+200D) are not among them: words need them.
constexpr bool is_invisible(char32_t c) {
  return c == 0x00AD || c == 0x061C || c == 0x180E || c == 0x200B || c == 0x200E || c == 0x200F ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2060 && c <= 0x206F) || c == 0xFEFF ||
         (c >= 0xFFF9 && c <= 0xFFFB) || (c >= 0xE0000 && c <= 0xE007F);
}

}  // namespace monitor
