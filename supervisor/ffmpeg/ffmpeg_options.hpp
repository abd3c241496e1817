#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "monitor/time.hpp"

namespace supervisor {

// One of FFmpeg's arguments as FFmpeg itself reads them: left to right, an option with or without a
// value, else an output.
struct FfmpegArgument {
  enum class Kind : std::uint8_t { option, input, output };
  Kind kind;
  std::string_view name;    // of an option: no dash, no stream specifier (`c` of `-c:v`)
  std::string_view value;   // of the option, or the URL; empty without one
  std::string_view format;  // of an input or output: its own `-f`, empty without one
  std::size_t end = 0;      // index of the word behind it
};

// Views into `arguments` (those behind FFmpeg's own word); valid as long as they are.
std::vector<FfmpegArgument> read_ffmpeg_arguments(std::span<const std::string> arguments);

// One leg of a tee: `[f=flv:onfail=ignore]rtmp://h/a/k`, its options without the brackets.
struct TeeLeg {
  std::string options;
  std::string url;
};
std::vector<TeeLeg> read_tee(std::string_view slaves);

// The URLs of a tee: `[f=flv:onfail=ignore]rtmp://h/a/k|/x.ts` → both, without their options.
std::vector<std::string> split_tee(std::string_view slaves);

// A time as FFmpeg takes it: seconds with a fraction and `s`, `ms` or `us`, or
// `[HH:]MM:SS[.fraction]`. Empty where it is not a time above zero.
std::optional<monitor::Duration> parse_ffmpeg_time(std::string_view text);
// In seconds: `0.5`.
std::string ffmpeg_time(monitor::Duration duration);

// The level in a -loglevel value, without its flags: `error` of `repeat+error`; empty where it has
// none or FFmpeg knows none of that name.
std::string_view log_level_in(std::string_view value);

}  // namespace supervisor
