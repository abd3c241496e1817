#include "supervisor/stream/command_warnings.hpp"

#include <algorithm>
#include <cstdint>
#include <string_view>

#include "supervisor/config/duration.hpp"
#include "supervisor/ffmpeg/command_outputs.hpp"
#include "supervisor/ffmpeg/frame_rate.hpp"
#include "supervisor/stream/command_mistakes.hpp"

namespace supervisor {

namespace {

using std::string_view;

bool is_recording(string_view output, string_view muxer) {
  return is_file(output) && !opens_own_files(muxer) && muxer != "null" && muxer != "fifo";
}

// Of a tee no leg is asked about: each is overwritten.
enum class Overwrites : std::uint8_t { no, told, always };

std::string recording_warning(string_view output, Overwrites overwrites) {
  const std::string what = "the recording " + std::string(output) + ": ";
  const std::string advice =
      ". Record into a new file each time: -f segment -strftime 1 /path/%Y%m%d-%H%M%S.ts";
  if (overwrites != Overwrites::no)
    return what + (overwrites == Overwrites::told ? "with -y" : "in a tee, with or without -y,") +
           " each restart of FFmpeg overwrites what was recorded before" + advice;
  return what +
         "without -y FFmpeg does not start again once the file is there, after a restart "
         "neither" +
         advice;
}

void add_output_warnings(const FfmpegCommand& command, const StreamConfig& stream,
                         std::vector<std::string>& warnings) {
  const std::vector<FfmpegArgument> arguments = command.arguments();
  const auto is_option = [&](string_view name) {
    return std::ranges::any_of(arguments, [&](const FfmpegArgument& argument) {
      return argument.kind == FfmpegArgument::Kind::option && argument.name == name;
    });
  };
  const Overwrites overwrites = is_option("y") ? Overwrites::told : Overwrites::no;
  const bool starts_again = stream.recovery.restart != recovery::Restart::never;
  for (const FfmpegArgument& argument : arguments) {
    if (argument.kind != FfmpegArgument::Kind::output) continue;
    const bool is_tee = argument.format == "tee" || argument.value.starts_with("tee:");
    std::vector<std::string> outputs{std::string(argument.value)};
    if (is_tee) outputs = split_tee(argument.value);
    for (const std::string& output : outputs) {
      const string_view muxer = muxer_of(is_tee ? string_view() : argument.format, output);
      if (starts_again && is_recording(output, muxer))
        warnings.push_back(recording_warning(output, is_tee ? Overwrites::always : overwrites));
    }
  }
  for (const monitor::Output& output : command_outputs(command, stream.hidden.texts)) {
    if (output.unseen.empty()) continue;
    warnings.push_back("output " + output.name + " cannot be seen: " + output.unseen);
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

// A held stream's picture is made of what goes out.
monitor::Preview preview_of(const StreamConfig& stream) {
  monitor::Preview preview = stream.monitor.preview;
  if (stream.hold) preview.picture.reset();
  return preview;
}

}  // namespace

std::vector<std::string> command_warnings(const FfmpegCommand& command,
                                          const StreamConfig& stream) {
  std::vector<std::string> warnings = misread_words(command);
  const bool is_misread = !warnings.empty();
  const auto append = [&](const std::vector<std::string>& more) {
    warnings.insert(warnings.end(), more.begin(), more.end());
  };
  append(shell_words(command, stream));
  if (is_misread) return warnings;  // what is said of options, inputs and outputs would confuse
  append(command_mistakes(command, stream));
  append(command.warnings());
  append(command.content_warnings(stream.monitor.content, preview_of(stream)));
  add_output_warnings(command, stream, warnings);
  add_rate_warning(command, stream, warnings);
  return warnings;
}

}  // namespace supervisor
