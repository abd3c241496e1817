#include "supervisor/hold/held_command.hpp"

#include <algorithm>

#include "supervisor/hold/held_output.hpp"
#include "supervisor/hold/output_codecs.hpp"

namespace supervisor {

namespace {

using Words = std::vector<std::string>;

class CommandTaker {
 public:
  CommandTaker(const FfmpegCommand& command, const FfmpegHelp& help, const Words& names)
      : command_(command),
        help_(help),
        names_(names),
        groups_(command_groups(command.endpoints().arguments)),
        reads_rtp_(reads_rtp(groups_)) {}

  HeldCommand take() {
    const auto& arguments = command_.endpoints().arguments;
    const auto& argv = command_.argv();
    add(std::span(argv).first(argv.size() - arguments.size()));
    for (const CommandGroup& group : groups_) {
      if (group.kind == CommandGroup::Kind::output) {
        take(group);
        continue;
      }
      // FFmpeg takes it anywhere, and ends where it has no RTP output to describe.
      if (has_option(group.options, "sdp_file"))
        throw CommandError(
            "hold: put -sdp_file right in front of the RTP output that it describes");
      add(group.words);
    }
    if (held_.publishers.empty()) throw CommandError(nothing_to_hold());
    return std::move(held_);
  }

 private:
  void add(std::span<const std::string> words) {
    for (const std::string& word : words) held_.encoder.push_back({word});
  }

  void take(const CommandGroup& output) {
    const std::span<const std::string> names = names_;
    const HeldOutput taken =
        held_output(output, names.subspan(std::min(next_name_, names.size())), reads_rtp_, help_);
    next_name_ += taken.legs.size();
    for (const HeldOutput::Leg& leg : taken.legs) {
      if (!leg.is_held) held_.kept.push_back(leg.name);
      if (leg.is_held)
        held_.publishers.push_back(
            {leg.name, publisher_command(command_, leg.publication), held_.pipes});
    }
    held_.warnings.insert(held_.warnings.end(), taken.warnings.begin(), taken.warnings.end());
    if (std::ranges::none_of(taken.legs, &HeldOutput::Leg::is_held)) return add(output.words);
    add(taken.words);
    held_.encoder.push_back({taken.before, held_.pipes++, taken.behind});
  }

  std::string nothing_to_hold() const {
    std::string kept;
    for (const std::string& name : held_.kept) kept += (kept.empty() ? "" : ", ") + name;
    return "hold: the command has no network output" +
           (kept.empty() ? std::string() : ", only " + kept) +
           ", and there is nothing to hold: leave hold out";
  }

  const FfmpegCommand& command_;
  const FfmpegHelp& help_;
  const Words& names_;
  const std::vector<CommandGroup> groups_;
  const bool reads_rtp_;
  std::size_t next_name_ = 0;
  HeldCommand held_;
};

}  // namespace

Words HeldCommand::encoder_argv(std::span<const int> descriptors) const {
  Words argv;
  for (const Word& word : encoder) {
    argv.push_back(word.text);
    if (word.pipe) argv.back() += "pipe:" + std::to_string(descriptors[*word.pipe]) + word.behind;
  }
  return argv;
}

void check_is_known(const FfmpegCommand& command, const FfmpegHelp& help) {
  const std::string& word = command.argv().front();
  if (!command.is_ffmpeg())
    throw CommandError("hold: FFmpeg is not seen in the command, which starts " + word +
                       ", so it cannot be taken apart: give the command as words, ffmpeg ARG…");
  if (command.is_behind_unknown())
    throw CommandError("hold: FFmpeg is started by " + word +
                       ", which may not hand on the pipes that its outputs would be written to: "
                       "put the supervisor right in front of ffmpeg");
  if (!help.is_known())
    throw CommandError(
        "hold: FFmpeg did not tell its options (ffmpeg -h full), without which its command cannot "
        "be taken apart");
}

HeldCommand held_command(const FfmpegCommand& command, const FfmpegHelp& help, const Words& names) {
  check_is_known(command, help);
  return CommandTaker(command, help, names).take();
}

}  // namespace supervisor
