#pragma once

#include <optional>
#include <string>
#include <vector>

namespace supervisor {

// Where execvp looks for `name`, in order: a name with a slash is itself; else `name` in each of
// the directories of `path` (an empty one is the working directory). None for an empty name. Asks
// no file system.
std::vector<std::string> executable_candidates(const std::string& name, const std::string& path);

// The first of them that is a regular executable file. Without one `error_number` is EACCES if
// something of that name was there, else ENOENT. Blocks as long as the file systems do: not for the
// supervising loop.
std::optional<std::string> find_executable(const std::string& name, const std::string& path,
                                           int& error_number);

}  // namespace supervisor
