#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_options.hpp"

namespace supervisor {

// One `-map`. Views into the command.
struct StreamMap {
  enum class Kind : std::uint8_t { audio, picture, both, neither, label, negative };
  Kind kind;
  std::string_view value;
  bool optional = false;  // `0:a?`
};
StreamMap read_stream_map(std::string_view value);

// What decides which streams an output has, and when it ends.
struct OutputStreams {
  std::vector<StreamMap> maps;  // none: FFmpeg chooses
  bool has_audio = true;        // as far as the options show
  bool has_picture = true;
  bool shortest = false;
  std::vector<std::string> times;  // -ss, -t and -to with their values
  bool is_counted = false;         // ends at a size or number of frames
  std::size_t end = 0;             // index of the word behind it
};

// A command's inputs and outputs as far as they matter to an output that is added to them.
struct StreamLayout {
  std::vector<bool> endless_inputs;  // of each input: whether it never ends by itself
  std::vector<OutputStreams> outputs;
  bool has_graph = false;      // -filter_complex and the like
  bool names_inputs = true;    // … of which every chain begins with a label or makes its own
  bool keeps_on_card = false;  // decoded pictures stay in the graphics card's memory
  bool sets_vsync = false;     // for all outputs at once
};
StreamLayout read_stream_layout(std::span<const FfmpegArgument> arguments);

}  // namespace supervisor
