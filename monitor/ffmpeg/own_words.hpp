#pragma once

#include <optional>
#include <string_view>

#include "monitor/ffmpeg/side.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {

// The parts of a line's text by which FFmpeg speaks itself. Views into the line.
struct OwnWords {
  Side subject = Side::unknown;  // whose URL of the command stands in front: `rtmp://h/l/k: …`
  std::string_view text;         // from the beginning of FFmpeg's own text; without that URL
  std::string_view reason;       // why, at the end: "Connection refused"; else the whole text
};
OwnWords own_words(const LogLine& line, const Endpoints& endpoints);

// Whether `text` begins with `phrase`. "A*B": with A, and B stands somewhere behind it.
bool begins_with(std::string_view text, std::string_view phrase);

// How a phrase names the part of the command that is wrong.
enum class Naming : std::uint8_t {
  none,        // it names nothing
  needless,    // FFmpeg's option parser misses a word
  quoted,      // up to the partner of the quote that the phrase ends with
  first_word,  // behind the phrase
  last_word,   // of the text
};
// Whether what is named stands in the command's own words.
bool names_an_argument(std::string_view text, std::string_view phrase, Naming naming,
                       const Endpoints& endpoints);

// Whether the program says it, no library: without a context, or `out#0/flv`, `vist#0:0/h264`, …
bool is_by_ffmpeg_itself(const LogLine& line);

// Whether a context of the line is a hardware codec's, a hardware device's. What fails there may
// be the device, its driver or its permissions, whatever the words.
bool is_of_hardware(const LogLine& line);

}  // namespace monitor
