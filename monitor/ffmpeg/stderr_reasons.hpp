#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "monitor/cause.hpp"

namespace monitor {

// A reason that FFmpeg itself gives at the end of a line: the operating system's or a server's.
struct Reason {
  std::string_view text;  // it begins so
  // What it means of what FFmpeg opens or reads, of what it opens to write to, and of a write.
  std::optional<Cause> input, output, write;
  std::uint8_t rank = 0;
  bool is_of_file = false;  // no server answers so: a file's, a device's

  // The host's, whichever it is said of.
  bool is_of_both() const { return input == output; }
};

// Empty where the reason is none of the known.
const Reason* find_reason(std::string_view reason);

// All of them.
std::span<const Reason> known_reasons();

// "Invalid argument", "Invalid data", …: FFmpeg's own error, of a part of the command or of what an
// endpoint answered.
bool blames_a_word(std::string_view reason);

}  // namespace monitor
