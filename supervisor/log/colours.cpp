#include "supervisor/log/colours.hpp"

#include <cstdlib>
#include <string_view>

namespace supervisor {

bool wants_colours(bool is_terminal) {
  const char* const no_colour = std::getenv("NO_COLOR");
  const char* const terminal = std::getenv("TERM");
  const bool is_unwanted = no_colour != nullptr && *no_colour != '\0';
  const bool is_dumb = terminal != nullptr && std::string_view(terminal) == "dumb";
  return is_terminal && !is_unwanted && !is_dumb;
}

}  // namespace supervisor
