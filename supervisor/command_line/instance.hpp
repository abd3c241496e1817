#pragma once

#include <optional>
#include <string>

#include "supervisor/command_line/options.hpp"
#include "supervisor/config/load.hpp"

namespace supervisor {

// Where a running instance is asked, and the credentials for it.
struct Instance {
  std::string base;   // "http://127.0.0.1:9090"
  std::string token;  // empty: none
};

// The token: --token-file, else FFSUPERVISOR_TOKEN, else the `bearer_token_file` of --config or of
// the container's first process; `is_for_reading`: without it, where that cannot be read. Throws
// ConfigError.
Instance find_instance(const Options& options, const Environment& environment, bool is_for_reading,
                       const std::string& proc = "/proc");

// The running instance's base URL: --url, or this machine at the port that --listen gives, else how
// the container's first process was started (`proc`: where the process file system is), else
// METRICS_PORT, --config or the default, in this order. Throws ConfigError.
std::string instance_url(const Options& options, const Environment& environment,
                         const std::string& proc = "/proc");

}  // namespace supervisor
