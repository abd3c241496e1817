#pragma once

#include <functional>
#include <vector>

#include "supervisor/config/config.hpp"

namespace supervisor {

// Supervises every stream of the configuration until all are final; the exit code of the program.
// Blocks. Must be called from the main thread: FFmpeg's parent-death signal follows the thread that
// launched it. `inherited`: the descriptors to pass on to the children.
// `load`: reads the configuration anew, from any thread; empty where there is no file to read.
// Throws CommandError, ConfigError (HTTP address that cannot be used) before anything is launched.
int run_supervisor(const Config& config, const std::vector<int>& inherited,
                   std::function<Config()> load = {});

}  // namespace supervisor
