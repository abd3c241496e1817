#pragma once

#include <string>

#include "supervisor/command_line/options.hpp"

namespace supervisor {

// Throws UsageError where the first word is no subcommand and in no directory of `path`, with the
// nearest one: `stauts`, `help`, `ffmeg`. A path is a command, and so is each word behind `--`.
void refuse_mistyped_subcommand(const Options& options, const std::string& path);

}  // namespace supervisor
