#include "supervisor/ffmpeg/frame_rate.hpp"

#include <charconv>
#include <string_view>

namespace supervisor {

namespace {

using std::string_view;

std::optional<double> positive_number(string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size() || value <= 0) return std::nullopt;
  return value;
}

// `1/60`, `0.5`; empty for names such as `ntsc` and for expressions.
std::optional<monitor::Duration> period_of(string_view rate) {
  constexpr double longest_s = 1e9;
  const std::size_t slash = rate.find('/');
  const auto frames = positive_number(rate.substr(0, slash));
  const auto seconds = slash == string_view::npos ? 1.0 : positive_number(rate.substr(slash + 1));
  if (!frames || !seconds || *seconds / *frames > longest_s) return std::nullopt;
  return std::chrono::duration_cast<monitor::Duration>(
      std::chrono::duration<double>(*seconds / *frames));
}

class Longest {
 public:
  void take(string_view rate, const std::string& said) {
    const auto period = period_of(rate);
    if (period && (!found_ || *period > found_->period)) found_ = FramePeriod{*period, said};
  }
  // Each `fps=` of a filter graph, with or without the option's own name behind it, and each rate
  // of a source in it.
  void take_graph(string_view graph) {
    for (const string_view key : {"fps=", "rate=", "=r=", ":r="}) take_each(key, graph);
  }
  std::optional<FramePeriod> found() const { return found_; }

 private:
  void take_each(string_view key, string_view graph) {
    for (std::size_t at = graph.find(key); at != string_view::npos; at = graph.find(key, at)) {
      at += key.size();
      const string_view rest = graph.substr(at);
      const string_view rate = rest.substr(0, rest.find_first_of(":,;[\' "));
      const string_view name = key.substr(key.find_first_not_of("=:"));
      take(rate, std::string(name) + std::string(rate));
    }
  }

  std::optional<FramePeriod> found_;
};

}  // namespace

std::optional<FramePeriod> longest_frame_period(const std::vector<FfmpegArgument>& arguments) {
  Longest longest;
  for (const FfmpegArgument& argument : arguments) {
    if (argument.format == "lavfi") longest.take_graph(argument.value);
    if (argument.kind != FfmpegArgument::Kind::option) continue;
    const string_view name = argument.name;
    if (name == "r" || name == "framerate" || name == "fpsmax")
      longest.take(argument.value, '-' + std::string(name) + ' ' + std::string(argument.value));
    if (name == "vf" || name == "filter" || name == "filter_complex" || name == "lavfi")
      longest.take_graph(argument.value);
  }
  return longest.found();
}

}  // namespace supervisor
