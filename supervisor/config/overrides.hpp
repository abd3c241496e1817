#pragma once

#include "supervisor/command_line/options.hpp"
#include "supervisor/config/config.hpp"
#include "supervisor/config/load.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

// Applies the variables of the contract's table over the configuration: those of a stream to every
// stream. An empty variable counts as unset.
void apply_environment(const Environment& environment, Config& config, Problems& problems);

// METRICS_PORT alone: for the client subcommands, which look for the server and nothing else.
void apply_metrics_port(const Environment& environment, Config& config, Problems& problems);

// The flags that set a value of the configuration: --listen, --log-format, --log-level.
void apply_flags(const Options& options, Config& config, Problems& problems);

// The command line's command, as the only stream, with the settings of the configuration's first
// one and the name of --name.
void apply_command(const Options& options, Config& config, Problems& problems);

}  // namespace supervisor
