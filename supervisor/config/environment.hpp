#pragma once

#include "supervisor/config/load.hpp"
#include "supervisor/config/problems.hpp"

namespace supervisor {

// Applies the variables of the contract's table over the configuration: those of a stream to every
// stream. Those whose capability this version lacks leave a warning instead. An empty
// variable counts as unset.
void apply_environment(const Environment& environment, Config& config, Problems& problems);

// METRICS_PORT alone: for the client subcommands, which look for the server and nothing else.
void apply_metrics_port(const Environment& environment, Config& config, Problems& problems);

}  // namespace supervisor
