#include "supervisor/ffmpeg/own_end.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "monitor/probes/target.hpp"
#include "supervisor/ffmpeg/ffmpeg_options.hpp"
#include "supervisor/ffmpeg/launch_wrapper.hpp"
#include "supervisor/words/is_one_of.hpp"

namespace supervisor {

namespace {

using monitor::Duration;
using std::string_view;
using End = std::optional<Duration>;  // after so much output; zero: at its own end; empty: never

// Of one input or output: the options in front of it.
struct Bounds {
  End duration;  // -t
  End from, to;  // -ss, -to
  bool is_counted = false;
  bool repeats = false;  // without an end
  bool shortest = false;

  void read(string_view name, string_view value) {
    constexpr auto counts =
        std::to_array<string_view>({"frames", "vframes", "aframes", "dframes", "fs"});
    if (name == "t") duration = parse_ffmpeg_time(value);
    if (name == "to") to = parse_ffmpeg_time(value);
    if (name == "ss") from = parse_ffmpeg_time(value);
    if (name == "shortest") shortest = true;
    if (is_one_of(name, counts)) is_counted = true;
    if (name == "stream_loop") repeats = value.starts_with('-');
    if (name == "loop" || name == "follow") repeats = value != "0";
    if (name == "ignore_loop") repeats = value == "0";
  }

  // -t comes before -to.
  End time() const {
    if (duration) return duration;
    if (!to) return is_counted ? End(Duration::zero()) : std::nullopt;
    return std::max(*to - from.value_or(Duration::zero()), Duration::zero());
  }
};

bool has_any(string_view text, std::initializer_list<string_view> words) {
  return std::ranges::any_of(
      words, [text](string_view word) { return text.find(word) != string_view::npos; });
}

// Every chain that makes its own picture or sound has an end.
bool is_finite_graph(string_view graph) {
  while (!graph.empty()) {
    const string_view chain = graph.substr(0, graph.find(';'));
    graph.remove_prefix(std::min(chain.size() + 1, graph.size()));
    const bool has_input = chain.find_first_not_of(" \t\r\n") != string_view::npos &&
                           chain[chain.find_first_not_of(" \t\r\n")] == '[';
    const bool is_file = chain.find("movie=") != string_view::npos && !has_any(chain, {"loop=0"});
    const bool ends = has_any(chain, {"duration=", ":d=", "=d=", "nb_frames=", "trim="}) || is_file;
    if (!has_input && !ends) return false;
  }
  return true;
}

// A device has no end, and a list or playlist may name what has none.
bool is_finite_file(string_view url, string_view format) {
  constexpr auto devices = std::to_array<string_view>({"v4l2", "video4linux2", "fbdev", "oss"});
  constexpr auto lists = std::to_array<string_view>({"hls", "sdp", "dash", "applehttp"});
  if (monitor::probes::source_target(url, format).reach != monitor::probes::Reach::path)
    return false;
  const string_view path = monitor::probes::opened_url(url);
  const bool is_device = path.starts_with("/dev/") || path.starts_with("/proc/");
  const bool is_list = is_one_of(format, lists) || path.ends_with(".sdp") ||
                       path.ends_with(".m3u8") || path.ends_with(".m3u") || path.ends_with(".mpd");
  return !is_device && !is_list && !is_one_of(format, devices);
}

End end_of_input(const FfmpegArgument& input, const Bounds& bounds) {
  const bool is_finite = input.format == "lavfi" ? is_finite_graph(input.value)
                                                 : is_finite_file(input.value, input.format);
  if (is_finite && !bounds.repeats) return Duration::zero();
  return bounds.time();
}

struct Ends {
  std::vector<End> inputs, outputs;
  bool all_shortest = true;  // each output ends with its first stream that does
};

Ends read_ends(std::span<const FfmpegArgument> arguments) {
  Ends ends;
  Bounds bounds;
  for (const FfmpegArgument& argument : arguments) {
    if (argument.kind == FfmpegArgument::Kind::option) {
      bounds.read(argument.name, argument.value);
      continue;
    }
    if (argument.kind == FfmpegArgument::Kind::input) {
      ends.inputs.push_back(end_of_input(argument, bounds));
    } else {
      ends.outputs.push_back(bounds.time());
      ends.all_shortest = ends.all_shortest && bounds.shortest;
    }
    bounds = {};
  }
  return ends;
}

bool all_end(const std::vector<End>& ends) {
  return !ends.empty() && std::ranges::all_of(ends, &End::has_value);
}

// The first of what makes the command end; of several inputs or outputs the last.
End after_output(const Ends& ends) {
  End first;
  const auto consider = [&first](End end) {
    if (end && (!first || *end < *first)) first = end;
  };
  if (all_end(ends.inputs)) consider(*std::ranges::max_element(ends.inputs));
  if (all_end(ends.outputs)) consider(*std::ranges::max_element(ends.outputs));
  if (ends.all_shortest && !ends.outputs.empty()) {
    for (const End& end : ends.inputs) consider(end);
  }
  return first;
}

}  // namespace

recovery::OwnEnd own_end_of(const FfmpegCommand& command) {
  return {after_output(read_ends(command.arguments())), time_limit_of(command.argv())};
}

}  // namespace supervisor
