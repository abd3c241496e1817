#pragma once

#include <iosfwd>

#include "supervisor/command_line/options.hpp"
#include "supervisor/config/load.hpp"

namespace supervisor {

// `ffsupervisor status`: a table of the running instance's streams on `out`, or the API's own JSON.
// Returns 0 when every stream is on air, 1 otherwise, unreachable included.
int run_status(const Options& options, const Environment& environment, std::ostream& out,
               std::ostream& err);

// `ffsupervisor healthcheck`: one line on `out` (on `err` where there is no answer). 0 or 1.
int run_healthcheck(const Options& options, const Environment& environment, std::ostream& out,
                    std::ostream& err);

// With the process's own environment and streams.
int run_status(const Options& options);
int run_healthcheck(const Options& options);

// The running instance's base URL: --url, or this machine at the port that --listen gives, else how
// the container's first process was started (`proc`: where the process file system is), else
// METRICS_PORT, --config or the default, in this order. Throws ConfigError.
std::string instance_url(const Options& options, const Environment& environment,
                         const std::string& proc = "/proc");

}  // namespace supervisor
