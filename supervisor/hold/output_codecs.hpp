#pragma once

#include <span>
#include <string>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_help.hpp"
#include "supervisor/hold/output_options.hpp"

namespace supervisor {

// What an output needs that is written as MPEG-TS in place of its own format, so that FFmpeg
// chooses the same streams and codecs for it.
struct OutputCodecs {
  std::vector<std::string> words;     // `-c:v h264`, `-vn`: in front of the command's own options
  std::string error;                  // a codec that MPEG-TS cannot carry
  std::vector<std::string> warnings;  // one that may be chosen, and that it cannot carry
  std::string picture, sound;         // what is made; empty: none, or not known (copied)
};

// `muxer`: that of the output's own format; null where FFmpeg does not know it. `name`: the
// output's, for the sentences.
OutputCodecs output_codecs(std::span<const OutputOption> options, const FfmpegHelp::Muxer* muxer,
                           const FfmpegHelp& help, const std::string& name);

// `-c:v copy`, as far as the options show.
bool copies_picture(std::span<const OutputOption> options);
bool has_option(std::span<const OutputOption> options, std::string_view name);

}  // namespace supervisor
