#include "supervisor/ffmpeg/ffmpeg_options.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>

namespace supervisor {

namespace {

using std::string_view;

// Found by asking FFmpeg 5.1 for each option alone (those with a value report "Missing argument");
// those of 4.4 and of 6 to 8 from their option tables. Every other option takes the next word,
// encoder and format options included.
constexpr std::array flags = std::to_array<string_view>({
    "y",
    "n",
    "stdin",
    "stats",
    "hide_banner",
    "report",
    "re",
    "an",
    "vn",
    "sn",
    "dn",
    "shortest",
    "copyts",
    "start_at_zero",
    "xerror",
    "accurate_seek",
    "ignore_unknown",
    "copy_unknown",
    "benchmark",
    "benchmark_all",
    "dump",
    "hex",
    "psnr",
    "qphist",
    "vstats",
    "debug_ts",
    "bitexact",
    "copyinkf",
    "find_stream_info",
    "recast_media",
    "auto_conversion_filters",
    "fix_sub_duration",
    "force_fps",
    "deinterlace",
    "intra",  // 4.4
    "fix_sub_duration_heartbeat",
    "display_hflip",
    "display_vflip",
    "print_graphs",  // 6.0 and later
});

// A value up to 6.1, none from 7.0 on.
constexpr std::array flags_since_7 = std::to_array<string_view>({"autorotate", "autoscale"});

bool is_flag(string_view name) {
  if (std::ranges::find(flags, name) != flags.end()) return true;
  if (!name.starts_with("no")) return false;
  const string_view positive = name.substr(2);
  return std::ranges::find(flags, positive) != flags.end() ||
         std::ranges::find(flags_since_7, positive) != flags_since_7.end();
}

bool takes_value(string_view name, string_view next) {
  if (std::ranges::find(flags_since_7, name) != flags_since_7.end())
    return next == "0" || next == "1";
  return !is_flag(name);
}

// `-c:v` → `c`; `-/filter` (7.1: the value is a file's content) → `filter`.
string_view option_name(string_view word) {
  word.remove_prefix(word.starts_with("-/") ? 2 : 1);
  return word.substr(0, word.find(':'));
}

std::optional<double> parse_number(string_view text) {
  double value = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return value;
}

std::optional<double> parse_clock(string_view text) {
  double total = 0;
  for (int fields = 0; fields < 3; ++fields) {
    const std::size_t colon = text.find(':');
    const auto field = parse_number(text.substr(0, colon));
    if (!field) return std::nullopt;
    total = total * 60 + *field;
    if (colon == string_view::npos) return total;
    text.remove_prefix(colon + 1);
  }
  return std::nullopt;
}

double take_unit(string_view& text) {
  if (text.ends_with("us")) return text.remove_suffix(2), 1e-6;
  if (text.ends_with("ms")) return text.remove_suffix(2), 1e-3;
  if (text.ends_with("s")) return text.remove_suffix(1), 1.0;
  return 1.0;
}

TeeLeg tee_leg(string_view slave) {
  const std::size_t start = slave.find_first_not_of(" \n\t\r");
  if (start == string_view::npos) return {};
  slave.remove_prefix(start);
  const std::size_t end = slave.starts_with('[') ? slave.find(']') : string_view::npos;
  if (end == string_view::npos) return {{}, std::string(slave)};
  return {std::string(slave.substr(1, end - 1)), std::string(slave.substr(end + 1))};
}

}  // namespace

std::vector<FfmpegArgument> read_ffmpeg_arguments(std::span<const std::string> arguments) {
  using Kind = FfmpegArgument::Kind;
  std::vector<FfmpegArgument> read;
  string_view format;
  bool plain = false;  // behind `--` the next word is an output whatever it looks like
  for (std::size_t i = 0; i < arguments.size(); ++i) {
    const string_view word = arguments[i];
    if (word == "--" && !plain) {
      plain = true;
      continue;
    }
    if (plain || word.size() < 2 || word.front() != '-') {
      read.push_back({Kind::output, {}, word, format, i + 1});
      format = {};
      plain = false;
      continue;
    }
    const string_view name = option_name(word);
    const string_view next = i + 1 < arguments.size() ? string_view(arguments[i + 1]) : "";
    const bool has_value = i + 1 < arguments.size() && takes_value(name, next);
    const bool input = word == "-i" && has_value;
    if (has_value) ++i;
    read.push_back({input ? Kind::input : Kind::option, name, has_value ? next : "",
                    input ? format : "", i + 1});
    if (word == "-f") format = next;
    if (input) format = {};
  }
  return read;
}

std::vector<TeeLeg> read_tee(string_view slaves) {
  // As FFmpeg's av_get_token: a backslash or single quotes take a character's meaning away.
  std::vector<TeeLeg> legs;
  std::string slave;
  bool quoted = false;
  const auto finish = [&] {
    TeeLeg leg = tee_leg(slave);
    if (!leg.url.empty()) legs.push_back(std::move(leg));
    slave.clear();
  };
  for (std::size_t i = 0; i < slaves.size(); ++i) {
    const char c = slaves[i];
    if (c == '\'') {
      quoted = !quoted;
    } else if (c == '\\' && !quoted && i + 1 < slaves.size()) {
      slave += slaves[++i];
    } else if (c == '|' && !quoted) {
      finish();
    } else {
      slave += c;
    }
  }
  finish();
  return legs;
}

std::vector<std::string> split_tee(string_view slaves) {
  std::vector<std::string> urls;
  for (TeeLeg& leg : read_tee(slaves)) urls.push_back(std::move(leg.url));
  return urls;
}

std::optional<monitor::Duration> parse_ffmpeg_time(string_view text) {
  std::optional<double> seconds;
  if (text.find(':') != string_view::npos) {
    seconds = parse_clock(text);
  } else {
    const double unit = take_unit(text);
    seconds = parse_number(text);
    if (seconds) *seconds *= unit;
  }
  constexpr double longest_s = 1e9;  // beyond it a Duration might overflow
  if (!seconds || !std::isfinite(*seconds) || *seconds <= 0 || *seconds > longest_s)
    return std::nullopt;
  return std::chrono::duration_cast<monitor::Duration>(std::chrono::duration<double>(*seconds));
}

std::string ffmpeg_time(monitor::Duration duration) {
  char text[32];
  std::snprintf(text, sizeof text, "%.6g", monitor::seconds(duration));
  return text;
}

string_view log_level_in(string_view value) {
  constexpr std::array levels = std::to_array<string_view>(
      {"quiet", "panic", "fatal", "error", "warning", "info", "verbose", "debug", "trace"});
  const string_view level = value.substr(value.find_last_of('+') + 1);  // npos + 1 is 0
  if (std::ranges::find(levels, level) != levels.end()) return level;
  int number = 0;
  const auto [end, error] = std::from_chars(level.data(), level.data() + level.size(), number);
  return error == std::errc{} && end == level.data() + level.size() ? level : string_view{};
}

}  // namespace supervisor
