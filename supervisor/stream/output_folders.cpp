#include "supervisor/stream/output_folders.hpp"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <string_view>

namespace supervisor {
namespace {

namespace fs = std::filesystem;

// Empty where the output is no file: `rtmp://…`, `pipe:1`, `-`, a device.
std::optional<fs::path> file_of(std::string_view url) {
  if (url.starts_with("file:")) url.remove_prefix(5);
  const std::size_t colon = url.find_first_of(":/");
  const bool has_scheme = colon != std::string_view::npos && url[colon] == ':';
  if (url.empty() || url == "-" || has_scheme || url.starts_with("/dev/")) return std::nullopt;
  return fs::path(url);
}

fs::path nearest_folder(const fs::path& file) {
  std::error_code ignored;
  fs::path folder = fs::absolute(file, ignored).parent_path();
  while (!folder.empty() && folder != folder.root_path() && !fs::is_directory(folder, ignored)) {
    folder = folder.parent_path();
  }
  return folder;
}

}  // namespace

std::vector<std::string> output_folders(const std::vector<monitor::probes::Target>& sinks) {
  std::vector<std::string> folders;
  for (const monitor::probes::Target& sink : sinks) {
    const auto file = file_of(sink.url);
    if (!file || folders.size() == output_folders_limit) continue;
    std::string folder = nearest_folder(*file).string();
    const bool known = std::find(folders.begin(), folders.end(), folder) != folders.end();
    if (!folder.empty() && !known) folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace supervisor
