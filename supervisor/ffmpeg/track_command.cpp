#include "supervisor/ffmpeg/track_command.hpp"

#include <algorithm>
#include <string_view>

#include <unistd.h>

#include "monitor/tracks/track_text.hpp"

namespace supervisor {

using monitor::ArgumentKind;

namespace {

bool is_there(std::string_view path) {
  if (path.starts_with("file:")) path.remove_prefix(5);
  return ::access(std::string(path).c_str(), R_OK) == 0;
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
                                        const monitor::Track& track,
                                        const std::string& default_file) {
  std::vector<std::string> filled = command;
  for (std::size_t i = 0; i < command.size(); ++i) {
    if (!monitor::has_placeholder(command[i])) continue;
    filled[i] = monitor::filled_argument(command[i], track, monitor::argument_kind(command, i));
    const bool takes_default = !default_file.empty() && is_track_file(command, i);
    if (takes_default && !is_there(filled[i])) filled[i] = default_file;
  }
  return filled;
}

}  // namespace supervisor
