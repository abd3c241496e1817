#include "supervisor/hold/held_parts.hpp"

#include <algorithm>
#include <utility>

#include "supervisor/ffmpeg/command_outputs.hpp"
#include "supervisor/hold/held_command.hpp"
#include "supervisor/stream/statistics_output.hpp"

namespace supervisor {

using monitor::Output;

namespace {

// What a pipe is called before it is opened: a number that no descriptor has.
constexpr int first_placeholder = 2'000'000'000;

std::vector<std::string> names_of(const std::vector<Output>& outputs) {
  std::vector<std::string> names;
  for (const Output& output : outputs) names.push_back(output.name);
  return names;
}

std::vector<Output> published(std::vector<Output> outputs, const HeldCommand& held) {
  for (Output& output : outputs) {
    const bool is_held = std::ranges::find(held.publishers, output.name,
                                           &HeldCommand::Publisher::name) != held.publishers.end();
    if (!is_held) continue;
    output.is_published = output.may_be_missing = true;
    output.link = Output::Link::lasting;
    output.unseen.clear();
  }
  return outputs;
}

// Its input is the relay, which says itself when nothing comes; what it copies is the encoder's.
StreamConfig publisher_config(const StreamConfig& stream, std::vector<std::string> command) {
  StreamConfig config;
  config.name = stream.name;
  config.command = std::move(command);
  config.monitor = stream.monitor;
  config.monitor.content = {};
  config.monitor.bitrate_drop.percent = 100;
  config.monitor.min_speed.ratio = 0;
  config.recovery = stream.recovery;
  config.recovery.planned_restart = {};
  config.recovery.restart_on_track_change = false;
  config.recovery.on_exhausted = recovery::OnExhausted::keep_trying;
  config.recovery.restart = recovery::Restart::always;
  config.source_probe = SourceProbe::none;
  return config;
}

// `measured`: the output that the statistics of `sink` are about, as its URL.
std::shared_ptr<const StreamParts> publisher_parts(const StreamConfig& stream,
                                                   const HeldCommand::Publisher& publisher,
                                                   const std::string& measured,
                                                   const Secrets& secrets) {
  auto parts = std::make_shared<StreamParts>(
      make_stream_parts(publisher_config(stream, publisher.argv), {}, secrets));
  parts->output = publisher.name;
  if (parts->sinks.size() == 1 && parts->sinks.front().url == measured) {
    parts->config.sink = stream.sink;
  }
  auto command = std::make_shared<PreparedCommand>(*parts->primary);
  if (command->outputs.size() == 1) command->outputs.front().name = publisher.name;
  parts->primary = std::move(command);
  return parts;
}

HeldCommand taken_apart(const FfmpegCommand& command, const std::vector<Output>& outputs,
                        const StreamConfig& config) {
  if (!config.ffmpeg.error.empty()) throw CommandError("hold: " + config.ffmpeg.error);
  const FfmpegHelp unknown;
  const FfmpegHelp& help = config.ffmpeg.help ? *config.ffmpeg.help : unknown;
  check_is_known(command, help);
  return held_command(command, help, names_of(outputs));
}

// Of it the user's own command is shown.
PreparedCommand encoder_of(const HeldCommand& held, const std::vector<std::string>& command,
                           const StreamConfig& config, const std::vector<int>& inherited,
                           const Secrets& secrets) {
  std::vector<int> placeholders;
  for (std::size_t pipe = 0; pipe < held.pipes; ++pipe) {
    placeholders.push_back(first_placeholder + static_cast<int>(pipe));
  }
  PreparedCommand encoder =
      prepare_command(FfmpegCommand(held.encoder_argv(placeholders)), config, inherited, secrets);
  encoder.masked = std::make_shared<const std::vector<std::string>>(secrets.mask_command(command));
  encoder.warnings.insert(encoder.warnings.end(), held.warnings.begin(), held.warnings.end());
  return encoder;
}

}  // namespace

HeldStream make_held_stream(const StreamConfig& config, const std::vector<int>& inherited,
                            const Secrets& secrets) {
  const FfmpegCommand command(config.command);
  std::vector<Output> outputs = command_outputs(command);
  const HeldCommand held = taken_apart(command, outputs, config);
  HeldStream stream{encoder_of(held, config.command, config, inherited, secrets), nullptr};
  stream.encoder.outputs = published(std::move(outputs), held);
  HeldParts parts{.pipes = held.pipes, .outputs = {}};
  const std::string measured = output_of_statistics(config.sink.url, command.sinks());
  for (const HeldCommand::Publisher& publisher : held.publishers) {
    parts.outputs.push_back(
        {publisher.pipe, publisher_parts(config, publisher, measured, secrets)});
  }
  stream.outputs = std::make_shared<const HeldParts>(std::move(parts));
  return stream;
}

PreparedCommand make_held_fallback(const StreamConfig& config, std::size_t pipes,
                                   const std::vector<int>& inherited, const Secrets& secrets) {
  const FfmpegCommand command(config.fallback);
  std::vector<Output> outputs = command_outputs(command);
  const HeldCommand held = taken_apart(command, outputs, config);
  if (held.pipes != pipes) {
    throw CommandError("hold: the fallback has " + std::to_string(held.pipes) +
                       " encodes for network outputs and the command has " + std::to_string(pipes) +
                       ", expected the same number");
  }
  PreparedCommand encoder = encoder_of(held, config.fallback, config, inherited, secrets);
  encoder.outputs = published(std::move(outputs), held);
  return encoder;
}

std::vector<std::string> with_descriptors(std::vector<std::string> argv,
                                          const std::vector<int>& numbers) {
  for (std::string& word : argv) {
    for (std::size_t pipe = 0; pipe < numbers.size(); ++pipe) {
      const std::string placeholder =
          "pipe:" + std::to_string(first_placeholder + static_cast<int>(pipe));
      const std::size_t at = word.find(placeholder);
      if (at == std::string::npos) continue;
      word.replace(at, placeholder.size(), "pipe:" + std::to_string(numbers[pipe]));
    }
  }
  return argv;
}

}  // namespace supervisor
