#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/ffmpeg/ffmpeg_help.hpp"

namespace supervisor {

// A command taken apart: one FFmpeg that encodes and writes MPEG-TS to pipes, and for each network
// output another one that publishes it. Each output keeps its encode, its streams and its options;
// legs of one tee share a pipe. Outputs to files, pipes and nowhere stay with the encoder.
struct HeldCommand {
  struct Publisher {
    std::string name;               // the output's
    std::vector<std::string> argv;  // reads MPEG-TS on stdin, copies it
    std::size_t pipe = 0;           // which of the encoder's pipes it is to read
  };
  // `text`, or with a pipe in it: `text`, `pipe:N`, `behind`.
  struct Word {
    std::string text;
    std::optional<std::size_t> pipe = {};
    std::string behind = {};
  };

  std::vector<Word> encoder;
  std::size_t pipes = 0;
  std::vector<Publisher> publishers;
  std::vector<std::string> kept;      // names of the outputs that the encoder writes itself
  std::vector<std::string> warnings;  // what may not be carried

  // The encoder's command; of each pipe the number that the encoder finds it open under.
  std::vector<std::string> encoder_argv(std::span<const int> descriptors) const;
};

// `names`: of the outputs, in the order of the command's endpoints. Throws CommandError: no FFmpeg
// is seen in the command, none of its outputs is one to hold, a codec that MPEG-TS cannot carry.
HeldCommand held_command(const FfmpegCommand& command, const FfmpegHelp& help,
                         const std::vector<std::string>& names);

// Throws CommandError where no FFmpeg is seen that could be held, or nothing is known of it.
void check_is_known(const FfmpegCommand& command, const FfmpegHelp& help);

}  // namespace supervisor
