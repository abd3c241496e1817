#pragma once

#include <span>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_help.hpp"
#include "supervisor/hold/named_outputs.hpp"

namespace supervisor {

// What is to be asked of the command's FFmpeg before it can be taken apart. `outputs`: those that
// stand beside the command.
std::vector<HelpQuestion> hold_questions(const FfmpegCommand& command,
                                         std::span<const NamedOutput> outputs = {});

}  // namespace supervisor
