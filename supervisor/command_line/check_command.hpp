#pragma once

#include <iosfwd>

#include "supervisor/command_line/options.hpp"
#include "supervisor/config/load.hpp"

namespace supervisor {

// `ffsupervisor check`: prints the effective configuration on `out`; what is wrong, or worth a
// warning, on `err`. Returns the exit code: 0, or 2 where the supervisor would not start.
int run_check(const Options& options, const Environment& environment, std::ostream& out,
              std::ostream& err);

}  // namespace supervisor
