#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_help.hpp"

namespace supervisor {

struct AskLimits {
  std::chrono::milliseconds timeout = std::chrono::seconds(30);  // for all questions together
  std::size_t answer_bytes = 8 << 20;                            // of 7.1 it is 1.2 MB
};

struct AskedFfmpeg {
  FfmpegHelp help;
  std::string error;  // why it is not complete; empty: every question has its answer
};

// Asks an FFmpeg about itself: runs it once for each question, one after another, and waits for it.
// Not for the supervising loop. `program`: FFmpeg's word, with wrappers in front of it.
AskedFfmpeg ask_ffmpeg(const std::vector<std::string>& program,
                       const std::vector<HelpQuestion>& questions, const AskLimits& limits = {});

}  // namespace supervisor
