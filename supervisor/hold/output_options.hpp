#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_help.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"

namespace supervisor {

// An option with all its words: `-c:v libx264`, `-an`. Views into the command.
struct OutputOption {
  std::string_view name;       // no dash, no stream specifier
  std::string_view specifier;  // `v:0` of `-c:v:0`; of `-vcodec` and its like `v`
  std::string_view value;
  std::span<const std::string> words;
};

OutputOption output_option(const FfmpegArgument& argument, std::span<const std::string> words);

// Which of the two FFmpegs needs an option of an output.
enum class OptionUser : std::uint8_t { encoder, publisher, both };

// `muxer` and `protocol` of that output, as far as they are known.
OptionUser user_of(const OutputOption& option, const FfmpegHelp& help, std::string_view muxer,
                   std::string_view protocol);

// What stream type (`v`, `a`, `s`) a codec is chosen for; 0: for all of them. Empty: the option
// chooses no codec.
std::optional<char> chooses_codec_of(const OutputOption& option);

// `+low_delay` of `+global_header+low_delay`.
std::string without_global_header(std::string_view flags);

}  // namespace supervisor
