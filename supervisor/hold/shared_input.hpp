#pragma once

#include <string>

#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

// An input that both commands read and that may be there for one of them alone: a device, a
// listener, stdin, a server that takes one client. Files and lavfi can be read twice. Empty: none.
std::string shared_input(const FfmpegCommand& one, const FfmpegCommand& other);

}  // namespace supervisor
