#pragma once

#include <string>
#include <string_view>
#include <utility>

#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {

// FFmpeg's lines about the picture that is written beside the user's own outputs: a leg of a tee
// that FFmpeg goes on without. They say nothing of the stream.
class PictureLines {
 public:
  // `file`: where the picture goes, as the command names it; empty: there is none.
  explicit PictureLines(std::string file = {}) : file_(std::move(file)) {}

  // Whether this line is one of them.
  bool take(const LogLine& line) {
    if (file_.empty()) return false;
    if (line.text.find(file_) != std::string_view::npos) return leg_is_next_ = true;
    const bool is_leg = line.text.starts_with("Slave muxer #");
    return is_leg && std::exchange(leg_is_next_, false);
  }

 private:
  std::string file_;
  bool leg_is_next_ = false;  // the line that gives up the leg has only its number
};

}  // namespace monitor
