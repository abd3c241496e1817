#pragma once

#include <ostream>
#include <string>
#include <string_view>

namespace supervisor {

// Where a command writes for people.
struct Screen {
  std::ostream& out;
  std::ostream& err;
  bool has_colours = false;
};

// stdout and stderr; with colours where stdout is a terminal that wants them.
Screen own_screen();

enum class Colour { plain, green, yellow, red, dim };
// `text` in that colour, where the screen has colours.
std::string painted(std::string_view text, Colour colour, bool has_colours);

// One line for a terminal: what it could take for a command is escaped. At most 4096 bytes.
std::string printable(std::string_view text);

}  // namespace supervisor
