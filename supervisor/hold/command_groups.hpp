#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/hold/output_options.hpp"

namespace supervisor {

// What FFmpeg reads together: the options of one input or output, and its URL. Views into the
// command.
struct CommandGroup {
  enum class Kind : std::uint8_t { input, output, rest };  // rest: behind the last of them
  Kind kind = Kind::rest;
  std::string_view format = {};  // of its last `-f`; empty without one
  std::string_view url = {};
  std::vector<OutputOption> options = {};
  std::span<const std::string> words = {};  // all of them, the URL last
};

// `arguments`: those behind FFmpeg's own word. The last group is the rest, which may be empty.
std::vector<CommandGroup> command_groups(std::span<const std::string> arguments);

// FFmpeg reads one of the inputs by RTP.
bool reads_rtp(std::span<const CommandGroup> groups);

}  // namespace supervisor
