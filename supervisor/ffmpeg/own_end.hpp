#pragma once

#include "recovery/own_end.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

// How a command is meant to end by itself, as its words show: its inputs are files, every output
// has a `-t`, `-to` or number of frames, or it stands behind `timeout DURATION`. A file may be a
// FIFO: that is seen only when it runs.
recovery::OwnEnd own_end_of(const FfmpegCommand& command);

}  // namespace supervisor
