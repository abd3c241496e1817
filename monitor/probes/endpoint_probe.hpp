#pragma once

#include <functional>
#include <vector>

#include "monitor/probes/executor.hpp"
#include "monitor/probes/finding.hpp"
#include "monitor/probes/target.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Probes the targets once, all at the same time, each within `timeout` as a whole (name lookup,
// connection, TLS, redirects, first bytes). Calls `done` once, from the executor, never from within
// the call: the finding of the first target (in their order) that is not available, or that all
// are. Targets of reach `unknown` count as available; with nothing else to probe, `done` comes at
// once. Nothing is kept open or running afterwards. Bounded: 5 redirects, 64 KiB of header, 16 KiB
// of body.
//
// Media means: status 200 or 206 (or `ICY 200`), a body that is not HTML, JSON or XML in disguise,
// and at least one byte of it (an Icecast mount sends its burst at once). HEAD cannot be used:
// Icecast 2.4 answers it with 400.
void probe_sources(const boost::asio::any_io_executor& executor, std::vector<Target> targets,
                   Duration timeout, std::function<void(Finding)> done);

// The same of sinks: a TCP connection is taken and closed.
void probe_sinks(const boost::asio::any_io_executor& executor, std::vector<Target> targets,
                 Duration timeout, std::function<void(Finding)> done);

}  // namespace monitor::probes
