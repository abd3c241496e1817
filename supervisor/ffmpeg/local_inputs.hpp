#pragma once

#include <string>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

// The files of this machine that the command reads with `-i`, as FFmpeg opens them, each once;
// patterns too, no devices.
std::vector<std::string> local_inputs(const FfmpegCommand& command);

}  // namespace supervisor
