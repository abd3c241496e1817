#pragma once

#include <iosfwd>

#include "supervisor/command_line/options.hpp"
#include "supervisor/config/load.hpp"

namespace supervisor {

// `ffsupervisor check`: prints the effective configuration on `out`, or what of it is no default
// (--changed), or nothing (--quiet); behind it on `err` what is worth a warning, and as the last
// line how many streams and warnings there are, or what is wrong. Returns the exit code: 0, or 2
// where the supervisor would not start.
int run_check(const Options& options, const Environment& environment, std::ostream& out,
              std::ostream& err);

}  // namespace supervisor
