#include "supervisor/command_line/screen.hpp"

#include <array>
#include <iostream>

#include <unistd.h>

#include "supervisor/log/colours.hpp"
#include "supervisor/secrets/text_encodings.hpp"

namespace supervisor {

Screen own_screen() {
  return {std::cout, std::cerr, wants_colours(::isatty(STDOUT_FILENO) == 1)};
}

std::string painted(std::string_view text, Colour colour, bool has_colours) {
  constexpr std::array begin{"", "\x1b[32m", "\x1b[33m", "\x1b[31m", "\x1b[2m"};
  if (!has_colours || colour == Colour::plain) return std::string(text);
  return begin[static_cast<std::size_t>(colour)] + std::string(text) + "\x1b[0m";
}

std::string printable(std::string_view text) {
  constexpr std::size_t limit = 4096;
  std::string line;
  append_printable(line, text, limit);
  return line;
}

}  // namespace supervisor
