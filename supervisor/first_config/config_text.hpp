#pragma once

#include <optional>
#include <string>

#include "supervisor/first_config/found_commands.hpp"

namespace supervisor {

// A configuration with a stream for each command, secrets as `{env: NAME}`; behind it, as comments,
// how systemd and Docker Compose run it. `name`: of the only stream.
std::string config_text(const FoundCommands& found, const std::optional<std::string>& name);

}  // namespace supervisor
