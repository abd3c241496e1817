#pragma once

#include <optional>
#include <string>

namespace supervisor {

// Where `name` is, as execvp searches: a name with a slash is itself; else the first regular
// executable file in the directories of `path` (an empty one is the working directory). Without one
// `error_number` is EACCES if something of that name was there, else ENOENT.
std::optional<std::string> find_executable(const std::string& name, const std::string& path,
                                           int& error_number);

}  // namespace supervisor
