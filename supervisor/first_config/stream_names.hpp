#pragma once

#include <string>
#include <vector>

#include "supervisor/first_config/command_secrets.hpp"
#include "supervisor/first_config/found_commands.hpp"

namespace supervisor {

// A name for each command's stream, each its own, as configurations take it: that of its service,
// else what its input is called (`rtsp://cam6.lan/…` cam6, `…/radio.mp3` radio), else its
// receiver's. Where that is an address, or the same for several, what differs between their URLs
// (`/live/cam1`, `/live/cam2`). Holds nothing secret. `secrets`: of each command.
std::vector<std::string> stream_names(const std::vector<FoundCommand>& commands,
                                      const std::vector<CommandSecrets>& secrets);

}  // namespace supervisor
