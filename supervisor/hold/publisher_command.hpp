#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {

// What a publisher does with the MPEG-TS that it reads.
struct Publication {
  std::vector<std::string> maps;     // empty: all streams
  std::vector<std::string> options;  // of its muxer and protocol
  std::string format;                // empty: FFmpeg tells it by the URL
  std::string url;
};

// How the command starts its FFmpeg, without what ends or locks.
std::vector<std::string> publishing_program(const FfmpegCommand& encoder);

// The command of a publisher beside that of its encoder: the same FFmpeg behind the same wrappers
// but for those that stay (timeout, flock), no encoding, its input on stdin.
std::vector<std::string> publisher_command(const FfmpegCommand& encoder,
                                           const Publication& publication);

}  // namespace supervisor
