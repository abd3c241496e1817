#include "supervisor/child/memory_file.hpp"

#include <cerrno>

#include <sys/mman.h>
#include <unistd.h>

namespace supervisor {

Descriptor memory_file(const char* name, std::string_view text) {
  Descriptor file(::memfd_create(name, MFD_CLOEXEC));
  while (file && !text.empty()) {
    const ssize_t count = ::write(file.get(), text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Descriptor();
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  if (file) ::lseek(file.get(), 0, SEEK_SET);
  return file;
}

}  // namespace supervisor
