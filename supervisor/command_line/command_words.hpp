#pragma once

#include <string_view>
#include <vector>

#include "supervisor/command_line/options.hpp"

namespace supervisor {

// The words that the command line knows. Help, manual and completion are held to them by a test.

struct Subcommand {
  std::string_view word;
  Options::Mode mode;
};
const std::vector<Subcommand>& subcommands();
// The one of this name; null: there is none.
const Subcommand* find_subcommand(std::string_view word);
// Of the modes that have one.
std::string_view word_of(Options::Mode mode);

// `--config`, …: all that stand in front of the command, or behind the subcommand.
std::vector<std::string_view> options_of(Options::Mode mode);
// Of these, those that a value follows.
const std::vector<std::string_view>& options_with_value(Options::Mode mode);

// Whether a command may follow.
bool takes_command(Options::Mode mode);
// Whether the name of a stream may follow.
bool takes_stream(Options::Mode mode);

}  // namespace supervisor
