#pragma once

#include <string>
#include <vector>

#include "supervisor/config/config.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

// What is most likely a mistake of who wrote a command, one sentence each. Of the command they show
// options, signs and names of variables.

// Several words in one element: FFmpeg reads all that is behind it otherwise than it was meant.
std::vector<std::string> misread_words(const FfmpegCommand& command);

// Something only a shell would understand, or nothing replaces: in words however they are read.
std::vector<std::string> shell_words(const FfmpegCommand& command, const StreamConfig& stream);

// A network output without a format, quotes in a name, no input or output.
std::vector<std::string> command_mistakes(const FfmpegCommand& command, const StreamConfig& stream);

// The same of what stands below `outputs:`.
std::vector<std::string> output_mistakes(const StreamConfig& stream);

}  // namespace supervisor
