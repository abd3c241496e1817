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

std::optional<std::string> find_executable(const std::string& name, const std::string& path,
                                           int& error_number) {
  error_number = ENOENT;
  if (name.empty()) return std::nullopt;
  if (name.find('/') != std::string::npos) {
    error_number = execute_error(name);
    return error_number == 0 ? std::optional(name) : std::nullopt;
  }
  for (std::size_t begin = 0; begin <= path.size();) {
    const std::size_t end = std::min(path.find(':', begin), path.size());
    const std::string directory = path.substr(begin, end - begin);
    const std::string file = directory.empty() ? name : directory + "/" + name;
    const int error = execute_error(file);
    if (error == 0) return directory.empty() ? "./" + name : file;
    if (error == EACCES) error_number = EACCES;
    begin = end + 1;
  }
  return std::nullopt;
}

}  // namespace supervisor
