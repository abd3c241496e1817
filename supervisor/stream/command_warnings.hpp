#pragma once

#include <string>
#include <vector>

#include "supervisor/config/config.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

// What the user of this command should know before it disappoints, for `check` and once for the
// log: what cannot be supervised, what a restart does to a recording, what no witness sees, a rate
// that looks like a standstill. Quotes the command.
std::vector<std::string> command_warnings(const FfmpegCommand& command, const StreamConfig& stream);

}  // namespace supervisor
