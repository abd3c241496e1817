#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "monitor/output.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

// What the command writes to, in the order of its endpoints' outputs: each output, of a tee each
// leg. Names: the host (`host-2` for a second one there), else `file`, `stdout`, `null`, or the
// scheme of what has no host, or one with any of the `hidden` texts in it.
std::vector<monitor::Output> command_outputs(const FfmpegCommand& command,
                                             const std::vector<std::string>& hidden = {});

// The muxer, by name or by what the file is called; empty where neither tells.
std::string_view muxer_of(std::string_view format, std::string_view output);
// It opens its files itself, one for each segment or picture.
bool opens_own_files(std::string_view muxer);
// No URL, no device, no pipe.
bool is_file(std::string_view output);

}  // namespace supervisor
