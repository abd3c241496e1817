#include "monitor/probes/own_descriptors.hpp"

#include <algorithm>
#include <array>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include <dirent.h>
#include <sched.h>
#include <unistd.h>

namespace monitor::probes {
namespace {

// Asio wakes a loop by its event and epoll descriptors.
bool is_event(const std::string& path) {
  std::array<char, 64> target;
  const ssize_t size = ::readlink(path.c_str(), target.data(), target.size());
  const std::string_view kind(target.data(), static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return kind == "anon_inode:[eventfd]" || kind == "anon_inode:[eventpoll]";
}

#ifdef __SANITIZE_THREAD__
constexpr bool is_possible = false;
#else
constexpr bool is_possible = true;
#endif

}  // namespace

bool own_descriptors() {
  if (!is_possible || ::unshare(CLONE_FILES) != 0) return false;
  const std::string folder = "/proc/thread-self/fd/";
  DIR* const entries = ::opendir(folder.c_str());
  if (!entries) return true;
  std::vector<int> foreign;
  while (const dirent* entry = ::readdir(entries)) {
    const int number = std::atoi(entry->d_name);
    const bool is_kept = number <= 2 || number == ::dirfd(entries);
    if (!is_kept && !is_event(folder + entry->d_name)) foreign.push_back(number);
  }
  ::closedir(entries);
  for (const int number : foreign) ::close(number);
  return true;
}

}  // namespace monitor::probes
