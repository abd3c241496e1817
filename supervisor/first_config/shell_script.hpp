#pragma once

#include <string_view>

#include "supervisor/first_config/found_commands.hpp"

namespace supervisor {

// The FFmpeg commands of a shell script, without what a supervisor does itself: loops around them,
// redirections, `&`. Nothing is run. A variable that the script sets to a text is that text, any
// other stays a variable. `place`: in front of "line 3" in messages. Throws NoCommands for a quote
// that is not closed.
FoundCommands commands_of_script(std::string_view text, const std::string& place = {});

}  // namespace supervisor
