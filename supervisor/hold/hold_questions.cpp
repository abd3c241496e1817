#include "supervisor/hold/hold_questions.hpp"

#include <algorithm>

#include "monitor/text/ascii.hpp"
#include "monitor/text/url.hpp"
#include "supervisor/hold/command_groups.hpp"
#include "supervisor/hold/output_legs.hpp"

namespace supervisor {

namespace {

using About = HelpQuestion::About;

class Questions {
 public:
  void ask(About about, const std::string& name) {
    const HelpQuestion question{about, name};
    if (!name.empty() && std::ranges::find(all_, question) == all_.end()) all_.push_back(question);
  }

  void ask_about(std::span<const std::string> arguments) {
    for (const CommandGroup& group : command_groups(arguments)) {
      if (group.kind == CommandGroup::Kind::output) ask_about(group);
    }
  }

  std::vector<HelpQuestion> take() { return std::move(all_); }

 private:
  void ask_about(const CommandGroup& output) {
    const OutputLegs legs = output_legs(output.format, output.url, output.options, {});
    if (legs.is_tee) ask(About::muxer, "tee");
    if (legs.is_tee || output.format == "fifo") ask(About::muxer, "fifo");
    for (const OutputLeg& leg : legs.legs) {
      ask(About::muxer, muxer_name(leg.format, leg.url));
      ask(About::protocol, monitor::lowered(monitor::url_scheme(leg.url)));
    }
  }

  // The encoder writes MPEG-TS.
  std::vector<HelpQuestion> all_ = {{About::options}, {About::codecs}, {About::muxer, "mpegts"}};
};

}  // namespace

std::vector<HelpQuestion> hold_questions(const FfmpegCommand& command,
                                         std::span<const NamedOutput> outputs) {
  Questions questions;
  questions.ask_about(command.endpoints().arguments);
  for (const NamedOutput& output : outputs) questions.ask_about(output.arguments);
  return questions.take();
}

}  // namespace supervisor
