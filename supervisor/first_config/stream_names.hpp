#pragma once

#include <string>
#include <vector>

#include "supervisor/first_config/found_commands.hpp"

namespace supervisor {

// A name for each command's stream, each its own, as configurations take it: that of its service,
// else what its input is called (`rtsp://cam6.lan/…` cam6, `…/radio.mp3` radio), else its
// receiver's. Holds nothing secret.
std::vector<std::string> stream_names(const std::vector<FoundCommand>& commands);

}  // namespace supervisor
