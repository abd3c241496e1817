#pragma once

#include <functional>
#include <iosfwd>

#include "supervisor/command_line/instance.hpp"
#include "supervisor/command_line/options.hpp"
#include "supervisor/command_line/screen.hpp"
#include "supervisor/config/load.hpp"

namespace supervisor {

// What asks a running instance. Exit codes, but for the health check's: 0; 1 no; 2 wrong usage or
// configuration, an unknown stream included; 3 not reached.

// `status`: the running instance's streams as a table, how many are on air, and of each other one
// since when, why and what comes next; or the API's own JSON. 1: a stream is not on air.
int run_status(const Options& options, const Environment& environment, std::ostream& out,
               std::ostream& err);
int run_status(const Options& options, const Environment& environment, const Screen& screen);
// `status --watch`: again and again, until `wait` returns false, which is asked in between. Once it
// was reached, an instance that is not for a while is looked at further.
int watch_status(const Options& options, const Environment& environment, const Screen& screen,
                 const std::function<bool()>& wait);

// `logs`: the last lines of the log; with --follow the next ones as well, until the instance ends.
int run_logs(const Options& options, const Environment& environment, const Screen& screen);

// `restart`, `stop`, `start`, `reload`. 1: refused.
int run_control(const Options& options, const Environment& environment, const Screen& screen);

// `healthcheck`: one line on `out` (on `err` where there is no answer). 0 or 1.
int run_healthcheck(const Options& options, const Environment& environment, std::ostream& out,
                    std::ostream& err);

// Any of these by its mode, with the process's own stdout and stderr; a watch ends by a signal.
int ask_instance(const Options& options, const Environment& environment);

}  // namespace supervisor
