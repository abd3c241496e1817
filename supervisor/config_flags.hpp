#pragma once

#include "supervisor/config.hpp"
#include "supervisor/config_problems.hpp"
#include "supervisor/options.hpp"

namespace supervisor {

// The flags that set a value of the configuration: --listen, --log-format, --log-level.
void apply_flags(const Options& options, Config& config, Problems& problems);

// The command line's command, as the only stream, with the settings of the configuration's first
// one and the name of --name.
void apply_command(const Options& options, Config& config, Problems& problems);

}  // namespace supervisor
