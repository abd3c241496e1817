#include "supervisor/hold/named_outputs.hpp"

#include <algorithm>
#include <array>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/hold/aac_header.hpp"
#include "supervisor/hold/command_groups.hpp"
#include "supervisor/hold/held_output.hpp"
#include "supervisor/hold/output_codecs.hpp"
#include "supervisor/hold/output_legs.hpp"
#include "supervisor/hold/publisher_command.hpp"

namespace supervisor {

namespace {

using std::string_view;
using Words = std::vector<std::string>;

[[noreturn]] void refuse(const NamedOutput& output, const std::string& why) {
  throw CommandError("outputs." + output.name + ": " + why);
}

// The options of the command that no input or output of its own takes.
CommandGroup shared_options(const FfmpegCommand& command) {
  std::vector<CommandGroup> groups = command_groups(command.endpoints().arguments);
  for (const CommandGroup& group : groups) {
    if (group.kind == CommandGroup::Kind::output && is_network(group.url))
      throw CommandError(
          "outputs: the command must end before its outputs, but has a network output of its own: "
          "put that under outputs, too");
  }
  return std::move(groups.back());
}

class NamedOutputsTaker {
 public:
  NamedOutputsTaker(const FfmpegCommand& command, const FfmpegHelp& help)
      : command_(command), help_(help), shared_(shared_options(command)) {
    if (has_option(shared_.options, "f"))
      throw CommandError(
          "outputs: the command ends with a format (-f), which each output has for itself");
  }

  HeldCommand take(std::span<const NamedOutput> outputs) {
    if (outputs.empty()) throw CommandError("outputs: there is none to publish to");
    for (const NamedOutput& output : outputs) publish(output);
    const OutputCodecs codecs = choose_codecs();
    for (std::size_t i = 0; i < outputs.size(); ++i) {
      held_.publishers.push_back(
          {outputs[i].name, publisher_command(command_, with_headers(outputs[i], legs_[i], codecs)),
           0});
    }
    write_pipe(codecs);
    return std::move(held_);
  }

 private:
  struct Leg {
    std::string name, muxer, protocol;
    Publication publication = {};
  };

  void publish(const NamedOutput& output) {
    const std::vector<CommandGroup> groups = command_groups(output.arguments);
    const bool is_one = groups.size() == 2 && groups[0].kind == CommandGroup::Kind::output &&
                        groups[1].words.empty();
    if (!is_one) refuse(output, "expected the options of one output and its URL behind them");
    const CommandGroup& group = groups.front();
    const OutputLegs legs = output_legs(group.format, group.url, group.options, help_);
    if (legs.is_tee)
      refuse(output, "a tee has several outputs: give each of them a name of its own");
    const OutputLeg& leg = legs.legs.front();
    if (!is_network(leg.url))
      refuse(output,
             "it is no network output; the encoder writes files itself: put it into command");
    legs_.push_back({output.name, muxer_name(leg.format, leg.url),
                     monitor::lowered(monitor::url_scheme(leg.url))});
    if (legs_.back().muxer.empty())
      refuse(output, "its format is not known from its URL: put -f FORMAT in front of it");
    legs_.back().publication = publication(output, group, leg);
  }

  Publication with_headers(const NamedOutput& output, const Leg& leg,
                           const OutputCodecs& codecs) const {
    Publication publication = leg.publication;
    add(publication.options,
        dash_tags(leg.muxer, publication.options, codecs.picture, codecs.sound));
    const bool has_sound =
        std::ranges::find(publication.options, "-an") == publication.options.end();
    if (codecs.sound != "aac" || !has_sound) return publication;
    const AacHeader header = aac_header(leg.muxer, publication.options, help_);
    if (!header.refusal.empty()) refuse(output, header.refusal);
    add(publication.options, header.options);
    return publication;
  }

  Publication publication(const NamedOutput& output, const CommandGroup& group,
                          const OutputLeg& leg) const {
    Publication publication{{}, {}, leg.format, leg.url};
    for (const OutputOption& option : shared_.options) {
      if (user(option, legs_.back()) != OptionUser::encoder) add(publication.options, option.words);
    }
    for (const OutputOption& option : group.options) {
      if (option.name == "map") {
        add(publication.maps, option.words);
      } else if (is_passed(output, option) && option.name != "f" && !is_fifos(group, option)) {
        add(publication.options, option.words);
      }
    }
    add(publication.options, leg.options);
    const auto muxer = help_.muxers.find(legs_.back().muxer);
    const bool only_sound = muxer != help_.muxers.end() && muxer->second.is_audio_only();
    if (publication.maps.empty() && only_sound) publication.maps = {"-map", "0:a"};
    return publication;
  }

  // Whether the publisher gets it. It copies; what it copies may be chosen.
  bool is_passed(const NamedOutput& output, const OutputOption& option) const {
    constexpr auto choosing = std::to_array<string_view>({"an", "vn", "sn", "dn"});
    if (std::ranges::find(choosing, option.name) != choosing.end()) return true;
    if (chooses_codec_of(option) && option.value == "copy") return false;
    if (user(option, legs_.back()) != OptionUser::encoder) return true;
    refuse(output, option.words.front() +
                       " belongs to encoding, which is done once for all outputs: put it into "
                       "command");
  }

  bool is_fifos(const CommandGroup& group, const OutputOption& option) const {
    const auto fifo = help_.muxers.find("fifo");
    return group.format == "fifo" && fifo != help_.muxers.end() &&
           fifo->second.options.find(option.name) != fifo->second.options.end();
  }

  OptionUser user(const OutputOption& option, const Leg& leg) const {
    return user_of(option, help_, leg.muxer, leg.protocol);
  }

  // FFmpeg's choice of streams and codecs is that for the first output which takes a picture.
  const FfmpegHelp::Muxer* choosing_muxer() const {
    const FfmpegHelp::Muxer* chosen = nullptr;
    for (const Leg& leg : legs_) {
      const auto muxer = help_.muxers.find(leg.muxer);
      if (muxer == help_.muxers.end()) continue;
      if (chosen == nullptr || (chosen->is_audio_only() && !muxer->second.is_audio_only()))
        chosen = &muxer->second;
    }
    return chosen;
  }

  OutputCodecs choose_codecs() const {
    OutputCodecs codecs =
        output_codecs(shared_.options, choosing_muxer(), help_, legs_.front().name);
    if (!codecs.error.empty()) throw CommandError(codecs.error);
    return codecs;
  }

  void write_pipe(const OutputCodecs& codecs) {
    const auto& argv = command_.argv();
    add(std::span(argv).first(argv.size() - shared_.words.size()));
    held_.warnings = codecs.warnings;
    add(codecs.words);
    const auto is_encoders = [this](const OutputOption& option) {
      return std::ranges::any_of(
          legs_, [&](const Leg& leg) { return user(option, leg) != OptionUser::publisher; });
    };
    add(words_for_pipe(shared_.options, is_encoders,
                       reads_rtp(command_groups(command_.endpoints().arguments)), help_));
    held_.encoder.push_back({"", held_.pipes++, ""});
  }

  static void add(Words& words, std::span<const std::string> more) {
    words.insert(words.end(), more.begin(), more.end());
  }
  void add(std::span<const std::string> words) {
    for (const std::string& word : words) held_.encoder.push_back({word});
  }

  const FfmpegCommand& command_;
  const FfmpegHelp& help_;
  const CommandGroup shared_;
  std::vector<Leg> legs_;
  HeldCommand held_;
};

}  // namespace

std::vector<NamedOutput> named_outputs(const StreamConfig& stream) {
  std::vector<NamedOutput> all;
  for (const OutputSettings& each : stream.outputs) all.push_back({each.name, each.arguments});
  return all;
}

HeldCommand held_command(const FfmpegCommand& command, const FfmpegHelp& help,
                         std::span<const NamedOutput> outputs) {
  check_is_known(command, help);
  return NamedOutputsTaker(command, help).take(outputs);
}

}  // namespace supervisor
