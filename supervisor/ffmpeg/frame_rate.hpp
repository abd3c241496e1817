#pragma once

#include <optional>
#include <string>
#include <vector>

#include "monitor/time.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"

namespace supervisor {

// The longest time between two frames that a command asks for, by `-r`, `-framerate`, `-fpsmax`,
// the filter `fps` or the rate of a generated source.
struct FramePeriod {
  monitor::Duration period;
  std::string said;  // "-r 1/60", "fps=1/60"
};
std::optional<FramePeriod> longest_frame_period(const std::vector<FfmpegArgument>& arguments);

}  // namespace supervisor
