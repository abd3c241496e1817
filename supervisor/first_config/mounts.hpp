#pragma once

#include <string>
#include <vector>

#include "supervisor/first_config/found_commands.hpp"

namespace supervisor {

// Where FFmpeg starts, in the image and by the unit: relative names begin there.
inline constexpr const char* start_folder = "/var/lib/ffsupervisor";

// The files that the commands read, as the commands name them, each once. None whose name holds a
// variable: it is known only later.
std::vector<std::string> read_files(const FoundCommands& found);

// How Docker Compose mounts them, an element of `volumes` each, as YAML; none for what a volume of
// the services holds. The folder of a pattern is mounted. What has no folder of its own is left
// out.
std::vector<std::string> mounts_of(const FoundCommands& found);

}  // namespace supervisor
