#pragma once

#include <span>
#include <string>
#include <vector>

#include "supervisor/config/config.hpp"
#include "supervisor/ffmpeg/ffmpeg_help.hpp"
#include "supervisor/hold/held_command.hpp"

namespace supervisor {

// An output that stands beside the command, under a name: the options of its muxer and protocol,
// and its URL.
struct NamedOutput {
  std::string name;
  std::vector<std::string> arguments;
};

// Those of the stream's `outputs`.
std::vector<NamedOutput> named_outputs(const StreamConfig& stream);

// A command that ends before its outputs: FFmpeg encodes once, to one pipe that all of them share.
// What the command says of muxers (`-metadata`, a bitstream filter) is said to each. Throws
// CommandError: as held_command(); an output that encodes, or is not one output.
HeldCommand held_command(const FfmpegCommand& command, const FfmpegHelp& help,
                         std::span<const NamedOutput> outputs);

}  // namespace supervisor
