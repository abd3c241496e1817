#include "supervisor/ffmpeg/output_streams.hpp"

#include <algorithm>
#include <array>

#include "supervisor/words/is_one_of.hpp"

namespace supervisor {

namespace {

using Argument = FfmpegArgument;
using std::string_view;

constexpr std::array graphs =
    std::to_array<string_view>({"filter_complex", "lavfi", "filter_complex_script"});
constexpr std::array times = std::to_array<string_view>({"ss", "t", "to"});
constexpr std::array counts =
    std::to_array<string_view>({"frames", "vframes", "aframes", "dframes", "fs"});

// Formats that hold no picture (but perhaps a cover), with the endings that stand for them.
constexpr std::array audio_formats = std::to_array<string_view>(
    {"mp3",   "mp2", "adts", "aac",   "ac3",  "eac3",  "flac", "wav",   "w64",
     "opus",  "oga", "spx",  "aiff",  "caf",  "latm",  "dts",  "s16le", "s16be",
     "f32le", "u8",  "alaw", "mulaw", "alsa", "pulse", "oss",  "rso",   "sbc"});

bool is_audio_format(string_view format, string_view url) {
  if (format.empty()) {
    const std::size_t dot = url.rfind('.');
    if (dot == string_view::npos) return false;
    format = url.substr(dot + 1);
  }
  return is_one_of(format, audio_formats);
}

// What the stream specifier behind the file's number selects.
StreamMap::Kind kind_of(string_view specifier) {
  const string_view type = specifier.substr(0, specifier.find(':'));
  if (type == "a") return StreamMap::Kind::audio;
  if (type == "v" || type == "V") return StreamMap::Kind::picture;
  if (type == "s" || type == "d" || type == "t") return StreamMap::Kind::neither;
  return StreamMap::Kind::both;  // none, a number, a program, a language, …
}

// Filters that need no input, as far as streams are made with them.
constexpr std::array sources = std::to_array<string_view>(
    {"color", "testsrc", "testsrc2", "smptebars", "smptehdbars", "nullsrc", "gradients", "movie",
     "anullsrc", "sine", "aevalsrc", "anoisesrc", "amovie", "sws_flags"});

bool names_inputs_of_chain(string_view chain) {
  const std::size_t begin = chain.find_first_not_of(" \t\r\n");
  if (begin == string_view::npos) return true;
  chain.remove_prefix(begin);
  return chain.starts_with('[') ||
         is_one_of(chain.substr(0, chain.find_first_of("=@,[; ")), sources);
}

// Chains end at a semicolon that is neither quoted nor escaped.
bool names_inputs_of_graph(string_view graph) {
  bool quoted = false;
  std::size_t begin = 0;
  for (std::size_t i = 0; i < graph.size(); ++i) {
    if (graph[i] == '\'') quoted = !quoted;
    if (quoted) continue;
    if (graph[i] == '\\')
      ++i;
    else if (graph[i] == ';') {
      if (!names_inputs_of_chain(graph.substr(begin, i - begin))) return false;
      begin = i + 1;
    }
  }
  return names_inputs_of_chain(graph.substr(std::min(begin, graph.size())));
}

class LayoutReader {
 public:
  void read(const Argument& argument) {
    if (argument.kind == Argument::Kind::option) return read_option(argument);
    if (argument.kind == Argument::Kind::input) {
      layout_.endless_inputs.push_back((endless_ || argument.format == "lavfi") && !timed_);
    } else {
      add_output(argument);
    }
    output_ = {};
    endless_ = timed_ = false;
  }

  StreamLayout take() { return std::move(layout_); }

 private:
  void read_option(const Argument& option) {
    const auto [kind, name, value, format, end] = option;
    if (name == "map") output_.maps.push_back(read_stream_map(value));
    if (name == "an") output_.has_audio = false;
    if (name == "vn") output_.has_picture = false;
    if (name == "shortest") output_.shortest = true;
    if (name == "t" || name == "to") timed_ = true;
    if (is_one_of(name, times))
      output_.times.insert(output_.times.end(), {'-' + std::string(name), std::string(value)});
    if (is_one_of(name, counts)) output_.is_counted = true;
    if (name == "loop" || name == "stream_loop") endless_ = value != "0";
    read_global(name, value);
  }

  void read_global(string_view name, string_view value) {
    if (is_one_of(name, graphs)) {
      layout_.has_graph = true;
      // A script's name is no graph: what it names is not known.
      layout_.names_inputs = layout_.names_inputs && names_inputs_of_graph(value);
    }
    if (name == "hwaccel_output_format") layout_.keeps_on_card = true;
    if (name == "vsync") layout_.sets_vsync = true;
  }

  void add_output(const Argument& output) {
    output_.end = output.end;
    if (is_audio_format(output.format, output.value)) output_.has_picture = false;
    if (output_.maps.empty() || layout_.has_graph) return layout_.outputs.push_back(output_);
    const auto maps = [this](StreamMap::Kind kind) {
      return std::ranges::any_of(output_.maps, [kind](const StreamMap& map) {
        return map.kind == kind || map.kind == StreamMap::Kind::both;
      });
    };
    output_.has_audio = output_.has_audio && maps(StreamMap::Kind::audio);
    output_.has_picture = output_.has_picture && maps(StreamMap::Kind::picture);
    layout_.outputs.push_back(output_);
  }

  StreamLayout layout_;
  OutputStreams output_;  // the options since the last input or output
  bool endless_ = false;
  bool timed_ = false;
};

}  // namespace

StreamMap read_stream_map(string_view value) {
  if (value.starts_with('[')) return {StreamMap::Kind::label, value};
  if (value.starts_with('-')) return {StreamMap::Kind::negative, value};
  const bool optional = value.ends_with('?');
  const string_view plain = value.substr(0, value.size() - (optional ? 1 : 0));
  const std::size_t colon = plain.find(':');
  const string_view specifier = colon == string_view::npos ? "" : plain.substr(colon + 1);
  return {kind_of(specifier), value, optional};
}

StreamLayout read_stream_layout(std::span<const FfmpegArgument> arguments) {
  LayoutReader reader;
  for (const FfmpegArgument& argument : arguments) reader.read(argument);
  return reader.take();
}

}  // namespace supervisor
