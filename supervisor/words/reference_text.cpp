#include "supervisor/words/reference_text.hpp"

#include <algorithm>

namespace supervisor {

std::size_t reference_mark_at(std::string_view text, std::size_t at) {
  const std::string_view here = text.substr(std::min(at, text.size()));
  for (const std::string_view mark : {"{env:", "{file:"}) {
    if (here.starts_with(mark)) return mark.size();
  }
  return 0;
}

std::string without_references(std::string_view text) {
  std::string written;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (reference_mark_at(text, i) > 0) written += '{';
    written += text[i];
  }
  return written;
}

}  // namespace supervisor
