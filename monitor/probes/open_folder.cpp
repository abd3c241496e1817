#include "monitor/probes/open_folder.hpp"

#include <array>
#include <cstddef>

#include <dirent.h>
#include <fcntl.h>
#include <unistd.h>

namespace monitor::probes {
namespace {

constexpr std::size_t buffer_bytes = 2048;  // on the stack: some eighty entries of /proc a call

}  // namespace

OpenFolder::OpenFolder(const std::string& path)
    : fd_(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC)) {
}

OpenFolder::~OpenFolder() {
  if (fd_ >= 0) ::close(fd_);
}

void OpenFolder::list(const std::function<bool(const char*)>& each) const {
  if (fd_ < 0 || ::lseek(fd_, 0, SEEK_SET) != 0) return;
  alignas(dirent64) std::array<char, buffer_bytes> buffer;
  while (true) {
    const ssize_t got = ::getdents64(fd_, buffer.data(), buffer.size());
    if (got <= 0) return;
    for (std::size_t at = 0; at < static_cast<std::size_t>(got);) {
      const auto* entry = reinterpret_cast<const dirent64*>(buffer.data() + at);
      if (!each(entry->d_name)) return;
      at += entry->d_reclen;
    }
  }
}

}  // namespace monitor::probes
