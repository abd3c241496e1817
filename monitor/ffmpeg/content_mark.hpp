#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace monitor {

// What an analysing filter of FFmpeg's (silencedetect, freezedetect, blackdetect) reports of the
// content, as it stands in its metadata: `lavfi.silence_start=12`, `lavfi.black_end=38.04`.
struct ContentMark {
  enum class Kind : std::uint8_t { silence, frozen_picture, black };
  Kind kind;
  bool begins;        // false: it is over
  double at_seconds;  // of the stream's own time

  bool operator==(const ContentMark&) const = default;
};
// Empty for any other line.
std::optional<ContentMark> parse_content_mark(std::string_view line);

}  // namespace monitor
