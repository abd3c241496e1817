#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_help.hpp"

namespace supervisor {

// In MPEG-TS each frame of AAC has a head of its own (ADTS). Formats that have one head for all
// frames get it of a filter, where they can wait for the first frame.
struct AacHeader {
  std::vector<std::string> options;  // that such a publisher needs
  std::string refusal;               // the format cannot be published to so; empty: it can
};

// Of a publisher whose sound is AAC. `options`: its own so far. Tried with FFmpeg 5.1 and 7.1.
AacHeader aac_header(std::string_view muxer, const std::vector<std::string>& options,
                     const FfmpegHelp& help);

// The tags of DASH's files, which FFmpeg takes from MPEG-TS otherwise. Empty: none is needed.
std::vector<std::string> dash_tags(std::string_view muxer, const std::vector<std::string>& options,
                                   std::string_view picture, std::string_view sound);

}  // namespace supervisor
