#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/ffmpeg/audio_level.hpp"
#include "monitor/ffmpeg/content_mark.hpp"

namespace monitor {

// One block of FFmpeg's `-progress` output. A field is empty when the block did not carry it or
// carried "N/A". All values count from the launch of this FFmpeg.
struct Progress {
  std::optional<std::int64_t> frame;             // absent without a video output (6.1: and in copy)
  std::optional<std::int64_t> total_size_bytes;  // first output only; N/A for null, tee, HLS, …
  std::optional<std::chrono::microseconds> out_time;  // may be negative, may step back
  std::optional<std::int64_t> dup_frames;
  std::optional<std::int64_t> drop_frames;
  std::optional<double> fps;          // average since launch, as FFmpeg prints it
  std::optional<double> bitrate_bps;  // average since launch
  std::optional<double> speed;        // average since launch
  bool end = false;                   // `progress=end`: also after a failure or a signal

  bool operator==(const Progress&) const = default;
};

// Bytes in, blocks out. Takes what FFmpeg 4.4 to 9 write, in pieces of any size, and anything else
// that a pipe may carry: NULs, garbage, lines without an end. Never throws for input, never holds
// more than one line of `line_limit` bytes and one unfinished block.
//
// A block ends at `progress=`; also where a key stands a second time, because above about 50 video
// streams FFmpeg's own buffer overflows and cuts the `progress=` line away. The cut end and the
// next block then share a line (`streamframe=6`).
//
// Lines of FFmpeg's metadata filters (`frame:12  pts:…`, `lavfi.silence_start=12`) belong to no
// block; those that mark the content or tell its level are kept beside them.
class ProgressParser {
 public:
  static constexpr std::size_t line_limit = 4096;  // bytes; FFmpeg's longest is about 1000

  // The blocks completed by these bytes, oldest first; at most `blocks_limit` of them, the newest
  // ones. The reference is valid until the next call.
  const std::vector<Progress>& feed(std::string_view bytes);

  static constexpr std::size_t blocks_limit = 64;

  // The content marks in these bytes, oldest first; at most `marks_limit`, the newest ones. The
  // filters write to the same pipe, a line with each write, so never into a block.
  const std::vector<ContentMark>& marks() const { return marks_; }

  static constexpr std::size_t marks_limit = 64;

  // The newest level of the sound in these bytes; the filters write it as they do the marks.
  const std::optional<AudioLevel>& level() const { return level_; }

  // Lines that were neither a known nor an unknown `key=value`: garbage, or over-long.
  std::uint64_t rejected_lines() const { return rejected_lines_; }

 private:
  enum class Key : std::uint8_t;
  static std::optional<Key> known_key(std::string_view name);
  void take_piece(std::string_view piece, bool ends_line);
  void take_line(std::string_view line);
  bool take_content(std::string_view line);
  bool take_value(Key key, std::string_view value);
  void take_out_time(Key key, std::string_view value);
  bool take_torn(std::string_view line);
  void finish_block();

  std::string partial_;    // the line begun but not ended
  bool overlong_ = false;  // … has passed the limit: drop it up to its end
  Progress block_;
  std::uint32_t seen_ = 0;  // keys the unfinished block has
  std::vector<Progress> blocks_;
  std::size_t oldest_ = 0;  // index in blocks_ while more than blocks_limit come at once
  std::vector<ContentMark> marks_;
  AudioLevelReader levels_;
  std::optional<AudioLevel> level_;
  std::uint64_t rejected_lines_ = 0;
};

}  // namespace monitor
