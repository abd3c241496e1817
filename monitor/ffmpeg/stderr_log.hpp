#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/cause.hpp"

namespace monitor {

enum class LogLevel : std::uint8_t { trace, debug, verbose, info, warning, error, fatal, panic };
inline constexpr std::size_t log_level_count = 8;
std::string_view name(LogLevel level);

// Who wrote a line to FFmpeg's stderr.
enum class Speaker : std::uint8_t {
  unknown,  // nothing proves it
  ffmpeg,   // in colours, which nobody else can write (line_reader.hpp)
  another,  // a library, another process, or a peer by a line end in its words
};

// One line of FFmpeg's stderr, taken apart: `[flv @ 0x55…] [warning] text`, `[error] text`,
// `[out#0/flv @ 0x…] [error] text`, nested contexts of 7.1, or no prefix at all
// (`x264 [error]: text`, a library's own line: level info unless the line states another).
// Views into the line given; valid as long as it is.
struct LogLine {
  LogLevel level = LogLevel::info;
  std::string_view
      component;  // innermost context without its address: `flv`, `out#0/flv`; may be empty
  std::string_view text;
  bool has_level = false;          // it names one; FFmpeg's lines do, where it was asked for that
  std::string_view contexts = {};  // all of them as they stand: `[vost#0:0/… @ 0x5] [Eval @ 0x7] `
  Speaker speaker = Speaker::unknown;
};
LogLine parse_log_line(std::string_view line);

// The line without terminal colours (`ESC [ … m`), which AV_LOG_FORCE_COLOR puts around everything.
// Only for lines that hold an ESC: it copies.
std::string without_colours(std::string_view line);

// FFmpeg's periodic status (`frame= 123 fps=…`, `size= …`), which the progress pipe reports better.
bool is_status_line(const LogLine& line);

// Which way a stderr line points.
struct Sign {
  Cause cause;
  bool retryable;     // false: FFmpeg named a part of the command that nothing else can make right
  std::uint8_t rank;  // among signs of one life the higher rank gives the cause; equal: the first
  // The server still holds the name for a publisher, perhaps FFmpeg's own last life.
  bool name_in_use = false;
  std::optional<std::uint8_t> output = {};  // that it is about, by number; SignReader finds it
  bool gives_up_leg = false;                // FFmpeg goes on without that
  bool is_local = false;                    // of what is read: a file or device of this machine

  // Below this rank a sign may come from a stream that goes on for days (a damaged packet): it only
  // decides why FFmpeg failed where nothing else does.
  static constexpr std::uint8_t conclusive = 50;

  bool operator==(const Sign&) const = default;
};

// What the command reads and writes, to find whose URL a line is about, and its words, to find
// which of them a line names.
struct Endpoints {
  std::vector<std::string> inputs;          // URLs as given to -i
  std::vector<std::string> outputs;         // URLs FFmpeg writes to
  std::vector<std::string> arguments = {};  // the user's own, behind FFmpeg's word
  std::vector<std::size_t> tees = {};       // numbers of the outputs that are a tee's first leg
};

// What FFmpeg says with this line (texts of 4.4 to 9). Empty for most lines.
//
// A phrase counts at the beginning of FFmpeg's own text and for the component that says it; a
// reason ("Connection refused") at its end. What a peer can put into a line (behind a URL, a quote,
// a host name, "Server error:", "HTTP error") is data: it is searched for no phrase.
//
// The sign is not retryable only where the line names a word of `endpoints.arguments` that no state
// of a machine, device, file or server could make right.
std::optional<Sign> read_sign(const LogLine& line, const Endpoints& endpoints);

}  // namespace monitor
