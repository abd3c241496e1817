#pragma once

#include "supervisor/command_line/options.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

// The flags that set a value of the configuration: --listen, --log-format, --log-level.
void apply_flags(const Options& options, Config& config, Problems& problems);

// The command line's command, as the only stream, with the settings of the configuration's first
// one and the name of --name.
void apply_command(const Options& options, Config& config, Problems& problems);

}  // namespace supervisor
