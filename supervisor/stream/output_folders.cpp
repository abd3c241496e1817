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

}  // namespace

std::vector<std::string> output_folders(const std::vector<monitor::probes::Target>& sinks,
                                        const std::string& working_folder) {
  std::vector<std::string> folders;
  for (const monitor::probes::Target& sink : sinks) {
    const auto file = file_of(sink.url);
    if (!file || folders.size() == output_folders_limit) continue;
    std::string folder =
        (fs::path(working_folder) / *file).lexically_normal().parent_path().string();
    const bool known = std::find(folders.begin(), folders.end(), folder) != folders.end();
    if (!folder.empty() && !known) folders.push_back(std::move(folder));
  }
  return folders;
}

}  // namespace supervisor
