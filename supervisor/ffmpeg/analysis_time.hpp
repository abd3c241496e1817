#pragma once

#include <vector>

#include "monitor/time.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"

namespace supervisor {

// How much longer than by default the inputs of a command may be analysed before anything comes
// out, by `-analyzeduration` and `-probesize`. FFmpeg opens one input after another.
monitor::Duration added_analysis_time(const std::vector<FfmpegArgument>& arguments);

}  // namespace supervisor
