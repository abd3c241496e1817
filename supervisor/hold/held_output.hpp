#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_help.hpp"
#include "supervisor/hold/command_groups.hpp"
#include "supervisor/hold/output_options.hpp"
#include "supervisor/hold/publisher_command.hpp"

namespace supervisor {

// An output of a command taken apart.
struct HeldOutput {
  struct Leg {
    std::string name;
    bool is_held = false;
    Publication publication;  // of one that is held
  };

  std::vector<Leg> legs;
  // What the encoder writes in its place: `words`, and the last of them is the pipe between
  // `before` and `behind`. Empty: no leg is held.
  std::vector<std::string> words;
  std::string before, behind;
  std::vector<std::string> warnings;
};

// `names`: of its legs. Throws CommandError.
HeldOutput held_output(const CommandGroup& output, std::span<const std::string> names,
                       bool reads_rtp, const FfmpegHelp& help);

// What stands in front of a pipe to write it as MPEG-TS: of the output's options those that are the
// encoder's, and MPEG-TS's own.
std::vector<std::string> words_for_pipe(
    std::span<const OutputOption> options,
    const std::function<bool(const OutputOption& option)>& is_encoders, bool reads_rtp,
    const FfmpegHelp& help);

}  // namespace supervisor
