#include "supervisor/stream/stream_parts.hpp"

#include <algorithm>

#include "supervisor/ffmpeg/own_end.hpp"
#include "supervisor/hold/held_parts.hpp"
#include "supervisor/stream/stream_servers.hpp"

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

bool is_lasting(const monitor::Output& output) {
  return output.link == monitor::Output::Link::lasting;
}

// FFmpeg itself brings each lost connection back.
bool all_reconnect(const std::vector<monitor::Output>& outputs) {
  return std::ranges::any_of(outputs, is_lasting) &&
         std::ranges::all_of(outputs, [](const monitor::Output& output) {
           return output.reconnects || !is_lasting(output);
         });
}

// Any other muxer connects before it puts anything out.
bool may_lack_all(const std::vector<monitor::Output>& outputs) {
  return std::ranges::any_of(outputs, is_lasting) &&
         std::ranges::all_of(outputs, [](const monitor::Output& output) {
           return output.may_be_missing || !is_lasting(output);
         });
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
  if (config.hold) {
    HeldStream held = make_held_stream(config, inherited, secrets);
    parts.primary = std::make_shared<const PreparedCommand>(std::move(held.encoder));
    if (held.fallback) {
      parts.fallback = std::make_shared<const PreparedCommand>(std::move(*held.fallback));
    }
    parts.held = std::move(held.outputs);
  } else {
    parts.primary = prepared(config.command, config, inherited, secrets);
    parts.fallback = prepared(config.fallback, config, inherited, secrets);
  }
  parts.sources = sources_of(config, parts.primary->command);
  if (!parts.held) parts.sinks = sinks_of(config, parts.primary->command);
  parts.servers = servers_of(parts);
  return parts;
}

std::vector<Target> StreamParts::sink_of(const std::string& name) const {
  const auto& outputs = primary->outputs;
  const auto found = std::ranges::find(outputs, name, &monitor::Output::name);
  const auto number = static_cast<std::size_t>(found - outputs.begin());
  if (number >= primary->command.sinks().size()) return {};
  return {primary->command.sinks()[number]};
}

recovery::Setup StreamParts::setup() const {
  const auto& outputs = primary->outputs;
  monitor::Limits limits = effective_limits(config.monitor, primary->command);
  if (fallback) limits = effective_limits(limits, fallback->command);
  recovery::Policy policy = config.recovery;
  if (held) policy.stop_grace = policy.stop_grace * 3 / 5;  // the rest is its publishers'
  return {policy,
          limits,
          {.reports_progress = primary->command.is_ffmpeg(),
           .source_listens = primary->command.source_listens(),
           .sink_listens = primary->command.sink_listens(),
           .recovers_output = primary->command.recovers_output() || all_reconnect(outputs),
           .connects_output = held || may_lack_all(outputs),
           .source_can_be_probed = can_be_probed(sources),
           .advance_proves_source = primary->command.endpoints().inputs.size() == 1,
           .sink_can_be_probed = can_be_probed(sinks),
           .has_fallback = fallback != nullptr,
           .fallback_reports_progress = fallback && fallback->command.is_ffmpeg(),
           .own_end = own_end_of(primary->command),
           .outputs = outputs,
           .fallback_outputs = fallback ? fallback->outputs : std::vector<monitor::Output>{}}};
}

std::vector<std::string> StreamParts::warnings() const {
  std::vector<std::string> texts = primary->warnings;
  if (!fallback) return texts;
  for (const std::string& text : fallback->warnings) texts.push_back("fallback: " + text);
  return texts;
}

std::size_t StreamParts::children_at_most() const {
  if (!held) return 1;
  return 1 + held->outputs.size() + (held->standby ? 1 : 0) + (held->slate ? 1 : 0) +
         (held->picture ? 1 : 0);
}

}  // namespace supervisor
