#pragma once

#include <string_view>

#include "supervisor/first_config/found_commands.hpp"

namespace supervisor {

// Whether this is a unit of systemd with a section [Service].
bool is_unit_file(std::string_view text);

// The FFmpeg commands of its ExecStart lines. A variable that an Environment line sets is its text.
// Throws NoCommands for a quote that is not closed.
FoundCommands commands_of_unit(std::string_view text);

}  // namespace supervisor
