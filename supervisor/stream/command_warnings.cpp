#include "supervisor/stream/command_warnings.hpp"

#include <algorithm>
#include <array>
#include <string_view>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/config/duration.hpp"
#include "supervisor/ffmpeg/frame_rate.hpp"

namespace supervisor {

namespace {

using std::string_view;

template <std::size_t count>
bool is_one_of(string_view word, const std::array<string_view, count>& words) {
  return std::ranges::find(words, word) != words.end();
}

// Muxers that open their files themselves: they overwrite without asking, and name each part.
constexpr auto own_files = std::to_array<string_view>(
    {"hls", "dash", "segment", "stream_segment", "ssegment", "image2", "null", "fifo"});

// The muxer, by name or by what the file is called.
string_view muxer_of(string_view format, string_view output) {
  constexpr auto pictures = std::to_array<string_view>({".jpg", ".jpeg", ".png", ".bmp", ".webp"});
  if (!format.empty()) return format;
  if (output.ends_with(".m3u8")) return "hls";
  if (output.ends_with(".mpd")) return "dash";
  const auto ends = [&](string_view ending) { return output.ends_with(ending); };
  return std::ranges::any_of(pictures, ends) ? "image2" : string_view();
}

bool is_file(string_view output) {
  if (output.starts_with("file:")) output.remove_prefix(5);
  const bool is_device = output.starts_with("/dev/") || output.starts_with("/proc/");
  return output != "-" && !is_device && monitor::url_scheme(output).empty();
}

std::string recording_warning(string_view output, bool overwrites) {
  const std::string what = "the recording " + std::string(output) + ": ";
  const std::string advice =
      ". Record into a new file each time: -f segment -strftime 1 /path/%Y%m%d-%H%M%S.ts";
  if (overwrites)
    return what + "with -y each restart of FFmpeg overwrites what was recorded before" + advice;
  return what +
         "without -y FFmpeg does not start again once the file is there, after a restart "
         "neither" +
         advice;
}

std::string unseen_warning(string_view output, string_view muxer) {
  const std::string scheme = monitor::lowered(monitor::url_scheme(output));
  constexpr auto unacknowledged = std::to_array<string_view>({"udp", "rtp", "udplite", "prompeg"});
  constexpr auto acknowledged = std::to_array<string_view>(
      {"tcp", "tls", "http", "https", "icecast", "rtsp", "rtsps", "srt", "pipe", "file", "unix",
       "fd", "tee", "concat", "async", "cache", "crypto"});
  const std::string what = "the output " + std::string(output) + ": ";
  if (is_one_of(scheme, unacknowledged))
    return what + "no receiver acknowledges it; on air means that it is sent";
  const bool in_parts = is_one_of(muxer, own_files) && scheme.starts_with("http");
  if (in_parts)
    return what +
           "each segment has a connection of its own; whether the server takes them is seen "
           "in FFmpeg's messages only";
  const bool is_known =
      scheme.empty() || is_one_of(scheme, acknowledged) || scheme.find("rtmp") != std::string::npos;
  if (is_known) return {};
  return what + "whether it is taken cannot be seen; on air means that FFmpeg writes it";
}

void add_output_warnings(const FfmpegCommand& command, const StreamConfig& stream,
                         std::vector<std::string>& warnings) {
  const std::vector<FfmpegArgument> arguments = command.arguments();
  const auto is_option = [&](string_view name) {
    return std::ranges::any_of(arguments, [&](const FfmpegArgument& argument) {
      return argument.kind == FfmpegArgument::Kind::option && argument.name == name;
    });
  };
  const bool overwrites = is_option("y");
  const bool starts_again = stream.recovery.restart != recovery::Restart::never;
  for (const FfmpegArgument& argument : arguments) {
    if (argument.kind != FfmpegArgument::Kind::output) continue;
    const bool is_tee = argument.format == "tee" || argument.value.starts_with("tee:");
    std::vector<std::string> outputs{std::string(argument.value)};
    if (is_tee) outputs = split_tee(argument.value);
    for (const std::string& output : outputs) {
      const string_view muxer = muxer_of(is_tee ? string_view() : argument.format, output);
      if (starts_again && is_file(output) && !is_one_of(muxer, own_files))
        warnings.push_back(recording_warning(output, overwrites || is_tee));
      std::string unseen = unseen_warning(output, muxer);
      if (!unseen.empty()) warnings.push_back(std::move(unseen));
    }
  }
}

void add_rate_warning(const FfmpegCommand& command, const StreamConfig& stream,
                      std::vector<std::string>& warnings) {
  const auto longest = longest_frame_period(command.arguments());
  const monitor::Duration limit = stream.monitor.freeze_timeout;
  if (!longest || 2 * longest->period <= limit) return;
  warnings.push_back(longest->said + ": a frame each " + print_duration(longest->period) +
                     " raises monitor.freeze_timeout from " + print_duration(limit) + " to " +
                     print_duration(2 * longest->period) +
                     "; a standstill is noticed only after that");
}

}  // namespace

std::vector<std::string> command_warnings(const FfmpegCommand& command,
                                          const StreamConfig& stream) {
  std::vector<std::string> warnings = command.warnings();
  const auto of_content = command.content_warnings(stream.monitor.content);
  warnings.insert(warnings.end(), of_content.begin(), of_content.end());
  add_output_warnings(command, stream, warnings);
  add_rate_warning(command, stream, warnings);
  return warnings;
}

}  // namespace supervisor
