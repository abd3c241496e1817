#pragma once

#include <iosfwd>

#include "supervisor/command_line/options.hpp"

namespace supervisor {

// `ffsupervisor init`: prints a configuration for the command in the options, else for those of the
// shell script, compose file or systemd unit that `in` gives, on `out`; what was left out of it, on
// `err`. Secrets become `{env: NAME}`. Returns the exit code: 0, or 2 where there was nothing to
// take.
int run_init(const Options& options, std::istream& in, std::ostream& out, std::ostream& err);

}  // namespace supervisor
