#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "monitor/cause.hpp"
#include "monitor/ffmpeg/own_words.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {

// What FFmpeg begins a line with, and what that means.
struct Phrase {
  enum class About : std::uint8_t {
    input,
    output,
    write,         // a write to an output that was open
    by_line,       // the line tells which: its context, a URL, … (side.hpp)
    what_is_read,  // input: where something is read that may change; else output
  };

  std::string_view text;     // stands at the beginning of FFmpeg's own text; "A*B": B behind it
  std::string_view by = {};  // the component that says it begins so; "#": FFmpeg's own program
  std::optional<Cause> input, output;  // what it means of what FFmpeg reads, of what it writes
  std::uint8_t rank = 0;
  About about = About::input;
  Naming names = Naming::none;  // … and where that stands in the command, nothing else is to blame
  bool by_reason = false;       // where the reason at the line's end is known, that decides
  bool quotes_peer = false;     // what follows is a peer's
  bool name_in_use = false;
};

// Empty for a line that begins with none.
const Phrase* find_phrase(const LogLine& line, std::string_view text);

// All of them.
std::span<const Phrase> known_phrases();

}  // namespace monitor
