#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {

// In FFmpeg's environment these have it colour its lines, whatever stderr is: `NAME=VALUE` is set,
// a bare NAME must not be there (libavutil/log.c, 4.0 to 9).
inline constexpr std::array<std::string_view, 2> coloured_log_variables{"AV_LOG_FORCE_COLOR=1",
                                                                        "AV_LOG_FORCE_NOCOLOR"};

// The lines of one life, taken apart, and who wrote each.
//
// FFmpeg writes the context and, from a warning on, all of a line in terminal colours, and no ESC
// that stands in the text itself (it replaces it). So nobody else can write such a line: what
// stands behind a line end in a peer's words begins without a colour. From the first colour of a
// life on, a line without one is at most FFmpeg's information; what reads otherwise is another's.
class LineReader {
 public:
  // `line`: without its end. Empty where nothing but colours stands in it. The views in the result
  // are valid until the next call.
  std::optional<LogLine> read(std::string_view line);

 private:
  std::string plain_;
  bool has_colours_ = false;  // FFmpeg's lines of this life
};

}  // namespace monitor
