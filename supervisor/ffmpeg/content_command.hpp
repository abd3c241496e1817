#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

#include "monitor/limits.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"

namespace supervisor {

// One more output of FFmpeg's, to nowhere, whose filters look for silence, a frozen and a black
// picture, measure the level of the sound, and write what they see to the progress pipe; a picture
// that is to be shown goes into a file in memory (preview_command). It has the streams and the end
// of the command's first output, so FFmpeg ends when it would have ended without, and it is never
// without a stream while that one has any: what is not looked at is copied.
struct ContentOutput {
  std::vector<std::string> words;     // empty: there is nothing to look at
  std::size_t at = 0;                 // index of the argument they belong in front of
  std::vector<std::string> warnings;  // what is asked for and cannot be looked for
};

// `arguments`: those behind FFmpeg's own word. `pipe_fd`: the progress pipe's number.
ContentOutput content_output(std::span<const FfmpegArgument> arguments,
                             const monitor::Content& content, int pipe_fd,
                             const monitor::Preview& preview = {});

}  // namespace supervisor
