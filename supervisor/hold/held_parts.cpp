#include "supervisor/hold/held_parts.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include "recovery/splice/cover_policy.hpp"
#include "recovery/splice/queue_limits.hpp"
#include "supervisor/ffmpeg/command_outputs.hpp"
#include "supervisor/hold/held_command.hpp"
#include "supervisor/hold/hls_flags.hpp"
#include "supervisor/hold/named_outputs.hpp"
#include "supervisor/hold/publisher_command.hpp"
#include "supervisor/hold/shared_input.hpp"
#include "supervisor/stream/command_mistakes.hpp"
#include "supervisor/stream/statistics_output.hpp"

namespace supervisor {

using monitor::Output;

namespace {

// What a pipe is called before it is opened: a number that no descriptor has.
constexpr int first_placeholder = 2'000'000'000;

// Only another launch tells whether a server that refused takes a publisher again.
constexpr monitor::Duration longest_cooldown = std::chrono::seconds(5);

// A publisher may get nothing for so long and hear nothing of it: a second goes by behind the end
// of the media before its input is called idle.
constexpr monitor::Duration shortest_freeze_timeout = std::chrono::seconds(3);

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

// What goes on air is judged at the encoder. A child that begins anew beside it interrupts nobody.
StreamConfig beside_the_encoder(const StreamConfig& stream, std::vector<std::string> command) {
  StreamConfig config;
  config.name = stream.name;
  config.command = std::move(command);
  config.monitor = stream.monitor;
  config.monitor.content = {};
  config.monitor.preview = {};
  config.monitor.bitrate_drop.percent = 100;
  config.monitor.min_speed.ratio = 0;
  config.recovery = stream.recovery;
  config.recovery.restart_cooldown = std::min(stream.recovery.restart_cooldown, longest_cooldown);
  config.recovery.planned_restart = {};
  config.recovery.restart_on_track_change = false;
  config.recovery.on_exhausted = recovery::OnExhausted::keep_trying;
  config.recovery.restart = recovery::Restart::always;
  config.recovery.alert_after.reset();  // people hear of the stream's outages
  config.source_probe = SourceProbe::none;
  return config;
}

// `measured`: the output that the statistics of `sink` are about, as its URL.
std::shared_ptr<const StreamParts> publisher_parts(const StreamConfig& stream,
                                                   const HeldCommand::Publisher& publisher,
                                                   const std::string& measured,
                                                   const Secrets& secrets) {
  // A command that is meant to end may say so to its players.
  const bool is_live = stream.recovery.restart != recovery::Restart::never;
  auto parts = std::make_shared<StreamParts>(make_stream_parts(
      beside_the_encoder(
          stream, is_live ? with_hls_flags(publisher.argv, hls_flags_of_live) : publisher.argv),
      {}, secrets));
  parts->output = publisher.name;
  monitor::Duration& freeze_timeout = parts->config.monitor.freeze_timeout;
  freeze_timeout = std::max(freeze_timeout, shortest_freeze_timeout);
  if (parts->sinks.size() == 1 && parts->sinks.front().url == measured) {
    parts->config.sink = stream.sink;
  }
  auto command = std::make_shared<PreparedCommand>(*parts->primary);
  if (command->outputs.size() == 1) command->outputs.front().name = publisher.name;
  parts->primary = std::move(command);
  return parts;
}

struct TakenApart {
  HeldCommand held;
  std::vector<Output> outputs;  // the command's own, then those that stand beside it
  std::vector<monitor::probes::Target> sinks;
};

// An output that stands beside the command is what a command with it alone would have.
void add_named(const FfmpegCommand& encoder, const OutputSettings& settings, TakenApart& taken) {
  std::vector<std::string> argv = publishing_program(encoder);
  argv.insert(argv.end(), settings.arguments.begin(), settings.arguments.end());
  const FfmpegCommand command(argv);
  Output output = command_outputs(command).front();
  output.name = settings.name;
  output.required = settings.required;
  if (std::ranges::find(taken.outputs, output.name, &Output::name) != taken.outputs.end()) {
    throw CommandError("outputs." + settings.name +
                       ": the command has an output of that name itself, expected another");
  }
  taken.outputs.push_back(std::move(output));
  taken.sinks.insert(taken.sinks.end(), command.sinks().begin(), command.sinks().end());
}

TakenApart take_apart(const std::vector<std::string>& argv, const StreamConfig& config) {
  const FfmpegCommand command(argv);
  if (!config.ffmpeg.error.empty()) throw CommandError("hold: " + config.ffmpeg.error);
  const FfmpegHelp unknown;
  const FfmpegHelp& help = config.ffmpeg.help ? *config.ffmpeg.help : unknown;
  check_is_known(command, help);
  TakenApart taken{{}, command_outputs(command, config.hidden.texts), command.sinks()};
  taken.held = config.outputs.empty() ? held_command(command, help, names_of(taken.outputs))
                                      : held_command(command, help, named_outputs(config));
  for (const OutputSettings& each : config.outputs) add_named(command, each, taken);
  taken.outputs = published(std::move(taken.outputs), taken.held);
  return taken;
}

// Of several streams, which.
TakenApart taken_apart(const std::vector<std::string>& argv, const StreamConfig& config) {
  try {
    return take_apart(argv, config);
  } catch (const CommandError& error) {
    throw CommandError("stream " + config.name + ": " + error.what());
  }
}

recovery::splice::CoverPolicy cover_policy(const CoverSettings& settings) {
  recovery::splice::CoverPolicy policy;
  policy.is_allowed = settings.kind != CoverSettings::Kind::none;
  policy.after_end = std::min(policy.after_end, settings.after);
  policy.after_pause = settings.after;
  return policy;
}

// Without an image the stream's name says whose card it is.
std::optional<SlatePlan> slate_plan(const StreamConfig& config) {
  if (config.cover.kind != CoverSettings::Kind::slate) return {};
  const SlateSettings& slate = config.cover.slate;
  const bool has_words = !slate.image.empty() || !slate.text.empty();
  return SlatePlan{.program = publishing_program(FfmpegCommand(config.command)),
                   .image = slate.image,
                   .text = has_words ? slate.text : config.name};
}

std::optional<PicturePlan> picture_plan(const StreamConfig& config) {
  if (!config.monitor.preview.picture) return {};
  return PicturePlan{.program = publishing_program(FfmpegCommand(config.command)),
                     .interval = *config.monitor.preview.picture};
}

recovery::splice::QueueLimits buffer_of(const std::string& output, const StreamConfig& config) {
  const auto settings = std::ranges::find(config.outputs, output, &OutputSettings::name);
  return settings == config.outputs.end() ? recovery::splice::QueueLimits{} : settings->buffer;
}

// Its picture is made of what goes out.
StreamConfig of_encoder(StreamConfig config) {
  config.monitor.preview.picture.reset();
  return config;
}

// Of it the user's own command is shown.
PreparedCommand encoder_of(const HeldCommand& held, const std::vector<std::string>& command,
                           const StreamConfig& config, const std::vector<int>& inherited,
                           const Secrets& secrets) {
  std::vector<int> placeholders;
  for (std::size_t pipe = 0; pipe < held.pipes; ++pipe) {
    placeholders.push_back(first_placeholder + static_cast<int>(pipe));
  }
  PreparedCommand encoder = prepare_command(FfmpegCommand(held.encoder_argv(placeholders)),
                                            of_encoder(config), inherited, secrets);
  encoder.masked = std::make_shared<const std::vector<std::string>>(secrets.mask_command(command));
  encoder.warnings.insert(encoder.warnings.end(), held.warnings.begin(), held.warnings.end());
  return encoder;
}

PreparedCommand held_fallback(const StreamConfig& config, std::size_t pipes,
                              const std::vector<int>& inherited, const Secrets& secrets) {
  TakenApart taken = taken_apart(config.fallback, config);
  if (taken.held.pipes != pipes) {
    throw CommandError("hold: the fallback has " + std::to_string(taken.held.pipes) +
                       " encodes for network outputs and the command has " + std::to_string(pipes) +
                       ", expected the same number");
  }
  PreparedCommand fallback = encoder_of(taken.held, config.fallback, config, inherited, secrets);
  fallback.outputs = std::move(taken.outputs);
  return fallback;
}

// By itself it takes no input away from the command.
recovery::StandbyChoice standby_choice(const StreamConfig& stream, const Secrets& secrets,
                                       std::vector<std::string>& warnings) {
  const bool is_automatic = stream.fallback_standby == recovery::StandbyChoice::automatic;
  const std::string shared =
      is_automatic ? shared_input(FfmpegCommand(stream.fallback), FfmpegCommand(stream.command))
                   : std::string();
  if (shared.empty()) return stream.fallback_standby;
  warnings.push_back("it reads " + secrets.mask(shared) +
                     " as the command does: it does not stand by, since that may be there for one "
                     "of them alone; with fallback_standby: true it does");
  return recovery::StandbyChoice::never;
}

// It has no outputs of its own: it writes to the relays, like the encoder.
std::shared_ptr<const StreamParts> standby_parts(const StreamConfig& stream,
                                                 const PreparedCommand& fallback) {
  auto parts = std::make_shared<StreamParts>();
  parts->config = beside_the_encoder(stream, stream.fallback);
  parts->role = "fallback";
  auto command = std::make_shared<PreparedCommand>(fallback);
  command->outputs.clear();
  parts->primary = std::move(command);
  return parts;
}

}  // namespace

HeldStream make_held_stream(const StreamConfig& config, const std::vector<int>& inherited,
                            const Secrets& secrets) {
  TakenApart taken = taken_apart(config.command, config);
  HeldStream stream{
      encoder_of(taken.held, config.command, config, inherited, secrets), {}, nullptr};
  for (std::string& mistake : output_mistakes(config))
    stream.encoder.warnings.push_back(std::move(mistake));
  HeldParts parts{.pipes = taken.held.pipes,
                  .outputs = {},
                  .cover = cover_policy(config.cover),
                  .picture = picture_plan(config),
                  .slate = slate_plan(config)};
  const std::string measured = output_of_statistics(config.sink.url, taken.sinks);
  for (const HeldCommand::Publisher& publisher : taken.held.publishers) {
    const auto output = std::ranges::find(taken.outputs, publisher.name, &Output::name);
    parts.outputs.push_back({publisher.pipe, publisher_parts(config, publisher, measured, secrets),
                             buffer_of(publisher.name, config),
                             output != taken.outputs.end() && output->required});
  }
  if (!config.fallback.empty()) {
    stream.fallback = held_fallback(config, parts.pipes, inherited, secrets);
    parts.standby_choice = standby_choice(config, secrets, stream.fallback->warnings);
    parts.standby = standby_parts(config, *stream.fallback);
  }
  stream.encoder.outputs = std::move(taken.outputs);
  stream.outputs = std::make_shared<const HeldParts>(std::move(parts));
  return stream;
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
