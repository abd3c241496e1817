#include "supervisor/stream/stream_parts.hpp"

#include <algorithm>

#include "supervisor/ffmpeg/own_end.hpp"

namespace supervisor {

using monitor::probes::Reach;
using monitor::probes::Target;

namespace {

std::shared_ptr<const PreparedCommand> prepared(const std::vector<std::string>& argv,
                                                const StreamConfig& config,
                                                const std::vector<int>& inherited,
                                                const Secrets& secrets) {
  if (argv.empty()) return nullptr;
  return std::make_shared<const PreparedCommand>(
      prepare_command(FfmpegCommand(argv), config, inherited, secrets));
}

bool can_be_probed(const std::vector<Target>& targets) {
  return std::any_of(targets.begin(), targets.end(),
                     [](const Target& target) { return target.reach != Reach::unknown; });
}

std::vector<Target> sinks_of(const StreamConfig& config, const FfmpegCommand& command) {
  if (config.rtmp_endpoint.empty()) return command.sinks();
  return {monitor::probes::sink_target(config.rtmp_endpoint)};
}

}  // namespace

StreamParts make_stream_parts(const StreamConfig& config, const std::vector<int>& inherited,
                              const Secrets& secrets) {
  StreamParts parts;
  parts.config = config;
  parts.primary = prepared(config.command, config, inherited, secrets);
  parts.fallback = prepared(config.fallback, config, inherited, secrets);
  parts.sources = sources_of(config, parts.primary->command);
  parts.sinks = sinks_of(config, parts.primary->command);
  return parts;
}

recovery::Setup StreamParts::setup() const {
  monitor::Limits limits = effective_limits(config.monitor, primary->command);
  if (fallback) limits = effective_limits(limits, fallback->command);
  return {config.recovery,
          limits,
          {.reports_progress = primary->command.is_ffmpeg(),
           .source_listens = primary->command.source_listens(),
           .sink_listens = primary->command.sink_listens(),
           .recovers_output = primary->command.recovers_output(),
           // Any other muxer connects before it puts anything out.
           .connects_output = primary->command.recovers_output() && can_be_probed(sinks),
           .source_can_be_probed = can_be_probed(sources),
           .advance_proves_source = primary->command.endpoints().inputs.size() == 1,
           .sink_can_be_probed = can_be_probed(sinks),
           .has_fallback = fallback != nullptr,
           .fallback_reports_progress = fallback && fallback->command.is_ffmpeg(),
           .own_end = own_end_of(primary->command)}};
}

std::vector<std::string> StreamParts::warnings() const {
  std::vector<std::string> texts = primary->warnings;
  if (!fallback) return texts;
  for (const std::string& text : fallback->warnings) texts.push_back("fallback: " + text);
  return texts;
}

}  // namespace supervisor
