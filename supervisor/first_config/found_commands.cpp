#include "supervisor/first_config/found_commands.hpp"

#include <algorithm>

#include "supervisor/command_line/options.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/ffmpeg/launch_wrapper.hpp"
#include "supervisor/secrets/secrets.hpp"

namespace supervisor {

bool is_stream_command(const std::vector<std::string>& words) {
  const auto names_ffmpeg = [](const std::string& word) {
    return base_name(word).starts_with("ffmpeg");
  };
  if (std::none_of(words.begin(), words.end(), names_ffmpeg)) return false;
  const FfmpegCommand command(words);
  const monitor::Endpoints& endpoints = command.endpoints();
  return command.is_ffmpeg() && !endpoints.inputs.empty() && !endpoints.outputs.empty();
}

bool runs_script(const std::vector<std::string>& words) {
  if (words.size() < 3) return false;
  const std::string& option = words[words.size() - 2];
  return base_name(words[0]).ends_with("sh") && option.starts_with('-') && option.ends_with('c');
}

std::vector<std::string> without_supervisor(const std::vector<std::string>& words) {
  if (words.empty() || base_name(words.front()) != "ffsupervisor") return words;
  std::vector<const char*> arguments;
  for (const std::string& word : words) arguments.push_back(word.c_str());
  try {
    return parse_options(static_cast<int>(arguments.size()), arguments.data()).command;
  } catch (const UsageError&) {
    return {};
  }
}

void add_command(FoundCommand command, FoundCommands& found) {
  command.words = without_supervisor(command.words);
  try {
    if (is_stream_command(command.words)) found.commands.push_back(std::move(command));
  } catch (const CommandError& error) {
    Secrets secrets;
    secrets.learn(command.words);
    found.notes.push_back((command.place.empty() ? "" : command.place + ": ") +
                          secrets.mask(error.what()));
  }
}

}  // namespace supervisor
