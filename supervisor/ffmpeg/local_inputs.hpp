#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

// The files of this machine that the command reads with `-i`, as FFmpeg opens them, each once;
// patterns too, no devices.
std::vector<std::string> local_inputs(const FfmpegCommand& command);

// FFmpeg, or a track, makes names of files of it: `frame%03d.png`, `*.jpg`.
bool is_file_pattern(std::string_view path);

}  // namespace supervisor
