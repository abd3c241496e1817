#include "supervisor/first_config/found_commands.hpp"

#include <algorithm>

#include "supervisor/command_line/options.hpp"
#include "supervisor/ffmpeg/ffmpeg_command.hpp"
#include "supervisor/ffmpeg/launch_wrapper.hpp"
#include "supervisor/first_config/launchers.hpp"
#include "supervisor/first_config/shell_script.hpp"
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

std::string left_out_note(const std::string& place, const std::string& why) {
  return (place.empty() ? "" : place + ": ") + "this FFmpeg was left out: " + why +
         ". Give it by itself: ffsupervisor init -- ffmpeg …";
}

namespace {

void add_script(const std::string& script, const FoundCommand& command, FoundCommands& found) {
  FoundCommands more = commands_of_script(script, command.place);
  for (FoundCommand& each : more.commands) {
    if (each.name.empty()) each.name = command.name;
    found.commands.push_back(std::move(each));
  }
  found.notes.insert(found.notes.end(), more.notes.begin(), more.notes.end());
}

void add_launched(FoundCommand command, FoundCommands& found) {
  Launched launched = launched_by(command.words);
  const std::size_t before = found.commands.size();
  if (!launched.left_out.empty()) {
    found.notes.push_back(left_out_note(command.place, launched.left_out));
  } else if (!launched.script.empty()) {
    add_script(launched.script, command, found);
  } else if (is_stream_command(launched.words)) {
    command.words = std::move(launched.words);
    found.commands.push_back(command);
  }
  if (launched.without.empty() || found.commands.size() == before) return;
  found.notes.push_back((command.place.empty() ? "" : command.place + ": ") +
                        "taken over without " + launched.without +
                        ". If FFmpeg needs another user or folder, start ffsupervisor with it");
}

}  // namespace

void add_command(FoundCommand command, FoundCommands& found) {
  command.words = without_supervisor(command.words);
  const std::string place = command.place;
  Secrets secrets;
  secrets.learn(command.words);
  try {
    add_launched(std::move(command), found);
  } catch (const CommandError& error) {
    found.notes.push_back((place.empty() ? "" : place + ": ") + secrets.mask(error.what()));
  }
}

}  // namespace supervisor
