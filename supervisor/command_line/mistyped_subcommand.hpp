#pragma once

#include <string>

#include "supervisor/command_line/options.hpp"

namespace supervisor {

// Throws UsageError where what should be supervised is in no directory of `path` and looks like a
// subcommand of ours: `stauts`, `help`. Behind `--` it is a command, whatever it looks like.
void refuse_mistyped_subcommand(const Options& options, const std::string& path);

}  // namespace supervisor
