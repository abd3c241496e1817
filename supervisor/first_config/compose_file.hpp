#pragma once

#include <string_view>

#include "supervisor/first_config/found_commands.hpp"

namespace supervisor {

// Whether this is YAML with `services`, as Docker Compose reads it.
bool is_compose_file(std::string_view text);

// The FFmpeg commands of its services: entrypoint and command, as a list, as one line, or as a
// script behind `sh -c`. Throws NoCommands for what is no YAML.
FoundCommands commands_of_compose(std::string_view text);

}  // namespace supervisor
