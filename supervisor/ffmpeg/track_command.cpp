#include "supervisor/ffmpeg/track_command.hpp"

#include <algorithm>
#include <string_view>

#include "monitor/tracks/track_text.hpp"

namespace supervisor {

using monitor::ArgumentKind;

namespace {

std::string path_of(std::string_view argument) {
  if (argument.starts_with("file:")) argument.remove_prefix(5);
  return std::string(argument);
}

}  // namespace

bool has_placeholders(const std::vector<std::string>& command) {
  return std::ranges::any_of(command, monitor::has_placeholder);
}

bool is_track_file(const std::vector<std::string>& command, std::size_t index) {
  const std::string& argument = command[index];
  return index > 0 && command[index - 1] == "-i" && argument.find("://") == std::string::npos &&
         monitor::has_placeholder(argument) &&
         monitor::argument_kind(command, index) == ArgumentKind::path;
}

std::vector<std::string> filled_command(const std::vector<std::string>& command,
                                        const monitor::Track& track) {
  std::vector<std::string> filled = command;
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (!monitor::has_placeholder(command[i])) continue;
    filled[i] = monitor::filled_argument(command[i], track, monitor::argument_kind(command, i));
  }
  return filled;
}

std::vector<std::string> track_files(const std::vector<std::string>& command,
                                     const monitor::Track& track) {
  const std::vector<std::string> filled = filled_command(command, track);
  std::vector<std::string> paths;
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (is_track_file(command, i)) paths.push_back(path_of(filled[i]));
  }
  return paths;
}

std::vector<std::string> filled_command(
    const std::vector<std::string>& command, const monitor::Track& track,
    const std::string& default_file,
    const std::function<bool(const std::string& path)>& is_readable) {
  std::vector<std::string> filled = filled_command(command, track);
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (is_track_file(command, i) && !is_readable(path_of(filled[i]))) filled[i] = default_file;
  }
  return filled;
}

}  // namespace supervisor
