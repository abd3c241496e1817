#include "supervisor/ffmpeg/analysis_time.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>

namespace supervisor {

namespace {

using monitor::Duration;
using std::string_view;

constexpr double default_s = 5;
constexpr double default_bytes_per_s = 1e6;  // its 5 MB go with its 5 s
constexpr double longest_s = 3600;           // an hour of analysis is no analysis

// FFmpeg's numbers: `40000000`, `40M`, `0.5G`, `64Ki`, `5MB`.
std::optional<double> number(string_view text) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{}) return std::nullopt;
  string_view suffix(end, static_cast<std::size_t>(text.data() + text.size() - end));
  constexpr string_view prefixes = "kMG";
  const std::size_t power =
      suffix.empty() ? string_view::npos : prefixes.find(suffix[0] == 'K' ? 'k' : suffix[0]);
  if (power != string_view::npos) {
    suffix.remove_prefix(1);
    const bool binary = suffix.starts_with('i');
    if (binary) suffix.remove_prefix(1);
    for (std::size_t i = 0; i <= power; ++i) value *= binary ? 1024 : 1000;
  }
  return value;
}

double seconds_of(const FfmpegArgument& option) {
  const bool by_time = option.name == "analyzeduration" || option.name == "max_analyze_duration";
  const bool by_size = option.name == "probesize" || option.name == "formatprobesize";
  const auto value = by_time || by_size ? number(option.value) : std::nullopt;
  if (!value) return 0;
  return by_time ? *value / 1e6 : *value / default_bytes_per_s;
}

}  // namespace

Duration added_analysis_time(const std::vector<FfmpegArgument>& arguments) {
  double added_s = 0;
  double longest_of_input_s = default_s;
  for (const FfmpegArgument& argument : arguments) {
    if (argument.kind == FfmpegArgument::Kind::option) {
      longest_of_input_s = std::max(longest_of_input_s, seconds_of(argument));
      continue;
    }
    const bool is_input = argument.kind == FfmpegArgument::Kind::input;
    if (is_input) added_s += longest_of_input_s - default_s;
    longest_of_input_s = default_s;
  }
  return std::chrono::duration_cast<Duration>(
      std::chrono::duration<double>(std::min(added_s, longest_s)));
}

}  // namespace supervisor
