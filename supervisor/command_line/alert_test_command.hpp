#pragma once

#include <iosfwd>

#include "supervisor/command_line/options.hpp"
#include "supervisor/config/load.hpp"

namespace supervisor {

// `ffsupervisor alert-test`: a marked test to every receiver of the configuration, and on `out` one
// line for each, with what it said. Needs no running instance. Returns 0 when all of them accepted
// it, 1 when one did not, 2 where there is none. Throws ConfigError.
int run_alert_test(const Options& options, const Environment& environment, std::ostream& out,
                   std::ostream& err);

}  // namespace supervisor
