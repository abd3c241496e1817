#include "supervisor/first_config/mounts.hpp"

#include <algorithm>
#include <filesystem>

#include "supervisor/config/printer.hpp"
#include "supervisor/ffmpeg/local_inputs.hpp"

namespace supervisor {

namespace {

namespace fs = std::filesystem;
using Words = std::vector<std::string>;

void add_new(std::string text, Words& list) {
  if (std::ranges::find(list, text) == list.end()) list.push_back(std::move(text));
}

bool holds_variable(const std::string& path) {
  return path.find(variable_begin) != std::string::npos;
}

// `./clips:/clips:ro` → /clips
fs::path target_of(const std::string& volume) {
  const std::size_t colon = volume.find(':');
  if (colon == std::string::npos) return volume;
  return volume.substr(colon + 1, volume.find(':', colon + 1) - colon - 1);
}

bool is_within(const fs::path& path, const fs::path& folder) {
  const fs::path rest = path.lexically_relative(folder);
  return !rest.empty() && *rest.begin() != "..";
}

// `$` would begin a variable of Compose's.
std::string with_doubled_dollars(std::string text) {
  for (std::size_t at = 0; (at = text.find('$', at)) != std::string::npos; at += 2)
    text.insert(at, 1, '$');
  return text;
}

// A path of the host: a name alone would be that of a volume.
std::string host_path(const fs::path& path) {
  const std::string text = path.lexically_normal().string();
  return path.is_absolute() || text.starts_with("../") ? text : "./" + text;
}

std::string mount_text(const std::string& source, const std::string& target) {
  const bool is_short = (source + target).find(':') == std::string::npos;
  const std::string from = with_doubled_dollars(source), to = with_doubled_dollars(target);
  if (is_short) return yaml_text(from + ':' + to + ":ro");
  return "{type: bind, source: " + yaml_text(from) + ", target: " + yaml_text(to) +
         ", read_only: true}";
}

}  // namespace

Words read_files(const FoundCommands& found) {
  Words files;
  for (const FoundCommand& command : found.commands) {
    for (std::string& path : local_inputs(FfmpegCommand(command.words))) {
      if (!holds_variable(path)) add_new(std::move(path), files);
    }
  }
  return files;
}

Words mounts_of(const FoundCommands& found) {
  Words mounts;
  for (const fs::path file : read_files(found)) {
    const fs::path mounted =
        monitor::probes::is_file_pattern(file.string()) ? file.parent_path() : file;
    const fs::path target = (start_folder / mounted).lexically_normal();
    const auto holds = [&](const std::string& volume) {
      return is_within(target, target_of(volume));
    };
    const bool is_held = std::ranges::any_of(found.volumes, holds);
    const bool is_start = target == start_folder || is_within(start_folder, target);
    const bool is_mountable =
        !mounted.empty() && !is_start && !monitor::probes::is_file_pattern(mounted.string());
    if (is_mountable && !is_held) add_new(mount_text(host_path(mounted), target.string()), mounts);
  }
  return mounts;
}

}  // namespace supervisor
