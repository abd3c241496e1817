#include "supervisor/ffmpeg/local_inputs.hpp"

#include <algorithm>

namespace supervisor {

std::vector<std::string> local_inputs(const FfmpegCommand& command) {
  std::vector<std::string> paths;
  for (const monitor::probes::Target& source : command.sources()) {
    if (source.reach != monitor::probes::Reach::path) continue;
    std::string path(monitor::probes::opened_url(source.url));
    const bool is_device = path.starts_with("/dev/");
    const bool is_known = std::ranges::find(paths, path) != paths.end();
    if (!is_device && !is_known) paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace supervisor
