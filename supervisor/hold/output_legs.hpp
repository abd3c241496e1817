#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "supervisor/ffmpeg/ffmpeg_help.hpp"
#include "supervisor/hold/output_options.hpp"

namespace supervisor {

// What an output writes to in the end: itself, each leg of a tee, what stands behind the fifo
// muxer.
struct OutputLeg {
  std::string format;  // empty: FFmpeg tells it by the URL
  std::string url;
  // Of a leg's brackets and of `-format_opts`, as a command has them: `-flvflags X`.
  std::vector<std::string> options;
  std::vector<std::string> maps;  // of `select=`: `-map 0:a`
  std::string tee_text;           // of a tee: the leg as it stands there
};

struct OutputLegs {
  bool is_tee = false;
  std::vector<OutputLeg> legs;
};

OutputLegs output_legs(std::string_view format, std::string_view url,
                       std::span<const OutputOption> options, const FfmpegHelp& help);

// A server somewhere: something with a host, and no protocol that stays on this machine.
bool is_network(std::string_view url);

// `flv` of `-f flv`, or what the URL's ending stands for; empty where neither tells.
std::string muxer_name(std::string_view format, std::string_view url);

// The text of one leg among others, with what a tee would take for its own escaped.
std::string escaped_for_tee(std::string_view leg);

}  // namespace supervisor
