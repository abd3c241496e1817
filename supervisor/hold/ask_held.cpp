#include "supervisor/hold/ask_held.hpp"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "supervisor/ffmpeg/ask_ffmpeg.hpp"
#include "supervisor/hold/hold_questions.hpp"
#include "supervisor/hold/publisher_command.hpp"

namespace supervisor {

namespace {

// Of the command and the fallback, each once.
std::vector<HelpQuestion> questions_of(const StreamConfig& stream, const FfmpegCommand& command) {
  std::vector<HelpQuestion> all = hold_questions(command, named_outputs(stream));
  if (stream.fallback.empty()) return all;
  for (HelpQuestion& question : hold_questions(FfmpegCommand(stream.fallback))) {
    if (std::ranges::find(all, question) == all.end()) all.push_back(std::move(question));
  }
  return all;
}

}  // namespace

void ask_held(Config& config) {
  for (StreamConfig& stream : config.streams) {
    if (!stream.hold) continue;
    try {
      const FfmpegCommand command(stream.command);
      if (!command.is_ffmpeg()) continue;
      AskedFfmpeg asked = ask_ffmpeg(publishing_program(command), questions_of(stream, command));
      stream.ffmpeg.help = std::make_shared<const FfmpegHelp>(std::move(asked.help));
      stream.ffmpeg.error = std::move(asked.error);
    } catch (const CommandError&) {
      continue;
    }
  }
}

}  // namespace supervisor
