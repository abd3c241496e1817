#include "supervisor/child/executable_search.hpp"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace supervisor {
namespace {

// 0, or why this file cannot be executed.
int execute_error(const std::string& file) {
  struct stat status {};
  if (::stat(file.c_str(), &status) != 0) return errno;
  if (!S_ISREG(status.st_mode)) return EACCES;  // execve's own answer for a directory
  return ::faccessat(AT_FDCWD, file.c_str(), X_OK, AT_EACCESS) == 0 ? 0 : errno;
}

}  // namespace

std::vector<std::string> executable_candidates(const std::string& name, const std::string& path) {
  if (name.empty()) return {};
  if (name.find('/') != std::string::npos) return {name};
  std::vector<std::string> candidates;
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string directory = path.substr(begin, end - begin);
    candidates.push_back((directory.empty() ? "." : directory) + "/" + name);
    begin = end + 1;
  }
  return candidates;
}

std::optional<std::string> find_executable(const std::string& name, const std::string& path,
                                           int& error_number) {
  const bool searches = name.find('/') == std::string::npos;
  error_number = ENOENT;
  for (const std::string& file : executable_candidates(name, path)) {
    const int error = execute_error(file);
    if (error == 0) return file;
    if (error == EACCES || !searches) error_number = error;
  }
  return std::nullopt;
}

}  // namespace supervisor
