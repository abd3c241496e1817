#pragma once

#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {

// A line of what every FFmpeg says of itself before anything else: its version, compiler,
// configuration and libraries. The same at each launch.
bool is_banner_line(const LogLine& line);

}  // namespace monitor
