#include "supervisor/stream/prepared_command.hpp"

#include <algorithm>

#include "monitor/ffmpeg/line_reader.hpp"
#include "supervisor/ffmpeg/analysis_time.hpp"
#include "supervisor/ffmpeg/command_outputs.hpp"
#include "supervisor/ffmpeg/frame_rate.hpp"
#include "supervisor/stream/command_warnings.hpp"

namespace supervisor {

using monitor::probes::Reach;
using monitor::probes::Target;

namespace {

constexpr int out_of_the_way = 200;  // a number that FFmpeg's own descriptors do not come to

int choose_progress_fd(const FfmpegCommand& command, const std::vector<int>& inherited) {
  const auto is_taken = [&](int fd) {
    const auto& named = command.named_descriptors();
    return std::find(named.begin(), named.end(), fd) != named.end() ||
           std::find(inherited.begin(), inherited.end(), fd) != inherited.end();
  };
  // Where an unknown program closes the pipe, FFmpeg would write its progress to whatever it opens
  // under that number: its output, perhaps.
  int fd = command.is_behind_unknown() ? out_of_the_way : 3;
  while (is_taken(fd)) ++fd;
  return fd;
}

}  // namespace

PreparedCommand prepare_command(const FfmpegCommand& command, const StreamConfig& stream,
                                const std::vector<int>& inherited, const Secrets& secrets) {
  const monitor::Limits& limits = stream.monitor;
  ChildSpec spec;
  spec.progress_fd = choose_progress_fd(command, inherited);
  spec.argv = command.with_supervision(spec.progress_fd, limits.stats_period, limits.content,
                                       limits.preview);
  // A command that is not understood is given what it would have without the supervisor.
  spec.pass_stdin = command.reads_stdin() || !command.is_ffmpeg();
  spec.capture_progress = command.is_ffmpeg();
  spec.inherited = inherited;
  spec.no_new_privileges = stream.no_new_privileges;
  const bool is_launched_here = command.is_ffmpeg() && !command.is_behind_unknown();
  if (is_launched_here) spec.environment = monitor::coloured_log_variables;
  auto masked =
      std::make_shared<const std::vector<std::string>>(secrets.mask_command(command.argv()));
  return {command, std::move(spec), std::move(masked), command_warnings(command, stream),
          command_outputs(command, stream.hidden.texts)};
}

std::vector<Target> sources_of(const StreamConfig& config, const FfmpegCommand& command) {
  if (config.source_probe == SourceProbe::none) return {};
  std::vector<Target> sources = command.sources();
  if (!config.source_url.empty()) sources = {monitor::probes::source_target(config.source_url, {})};
  if (config.source_probe == SourceProbe::media) return sources;
  for (Target& source : sources) {
    if (source.reach == Reach::media || source.reach == Reach::rtsp) source.reach = Reach::tcp;
  }
  return sources;
}

monitor::Limits effective_limits(monitor::Limits limits, const FfmpegCommand& command) {
  if (const auto period = command.own_stats_period()) {
    limits.stats_period = *period;
    limits.freeze_timeout = std::max(limits.freeze_timeout, 2 * *period);
    limits.startup_timeout = std::max(limits.startup_timeout, 2 * *period);
  }
  const auto arguments = command.arguments();
  limits.analysis = std::max(limits.analysis, added_analysis_time(arguments));
  if (const auto frames = longest_frame_period(arguments)) {
    const monitor::Duration two_frames = 2 * frames->period;
    limits.freeze_timeout = std::max(limits.freeze_timeout, two_frames);
    limits.startup_timeout = std::max(limits.startup_timeout, two_frames);
    limits.min_speed.hold = std::max(limits.min_speed.hold, two_frames);
    limits.bitrate_drop.hold = std::max(limits.bitrate_drop.hold, two_frames);
  }
  return limits;
}

}  // namespace supervisor
