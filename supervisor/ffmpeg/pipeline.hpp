#pragma once

#include "recovery/event.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

// Whether a pipeline that the command stands in (`cat in.ts | … -i pipe:0 … pipe:1 | ffprobe -`)
// can still be served by another child: stdin that has ended, or stdout whose reader is gone, never
// comes back. Only of a command that streams through them; only pipes, sockets and files can end, a
// terminal or /dev/null cannot.
recovery::Pipeline pipeline_state(const FfmpegCommand& command, int stdin_fd = 0,
                                  int stdout_fd = 1);

}  // namespace supervisor
