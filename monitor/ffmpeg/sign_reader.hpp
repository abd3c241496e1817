#pragma once

#include <optional>
#include <utility>

#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {

// The signs in one life's lines, in their order. A peer's words that FFmpeg repeats may hold line
// ends, and behind them what looks like lines of FFmpeg's own. Where no colours tell whose a line
// is (line_reader.hpp), nothing proves that the command is wrong once a peer's words were repeated,
// or a quote was left open.
class SignReader {
 public:
  SignReader() = default;
  explicit SignReader(Endpoints endpoints) : endpoints_(std::move(endpoints)) {}

  // Each line of the life, in any level. `behind_return`: the line before ended with a bare '\r'.
  std::optional<Sign> read(const LogLine& line, bool behind_return);
  // A line of FFmpeg's periodic status, the only one that it ends so itself.
  void read_status(bool behind_return);
  // A line that is not read.
  void skip() { peer_may_speak_ = true; }

 private:
  void note_beginning(bool behind_return, bool is_status);
  // A sign of a line that nobody proves to be FFmpeg's.
  void doubt(std::optional<Sign>& sign) const;

  Endpoints endpoints_;
  bool peer_may_speak_ = false;   // from now on
  bool peer_ended_line_ = false;  // the one before this
  bool behind_status_ = false;
  bool server_refused_ = false;  // in words of its own, which RTMP does not limit
};

}  // namespace monitor
