#pragma once

#include <optional>
#include <string>

#include "supervisor/command_line/options.hpp"
#include "supervisor/config/load.hpp"

namespace supervisor {

// How the ffsupervisor of this container was started: a health check is another process in it, and
// knows nothing of the flags of the first.
struct RunningInstance {
  Options options;
  Environment environment;
};

// The process 1, or its only child where an init such as tini stands in front. Empty where neither
// supervises: outside of containers, too. `proc`: where the process file system is.
std::optional<RunningInstance> find_running_instance(const std::string& proc = "/proc");

}  // namespace supervisor
