#include "supervisor/io/bytes_on_disk.hpp"

#include <cerrno>

#include <unistd.h>

namespace supervisor {
namespace {

// A short write is followed by another, which returns the reason.
template <class Write>
bool write_until_done(std::string_view bytes, Write write_some) {
  while (!bytes.empty()) {
    const ssize_t count = write_some(bytes);
    if (count < 0 && errno == EINTR) continue;
    if (count == 0) errno = ENOSPC;
    if (count <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return true;
}

}  // namespace

bool write_all(int fd, std::string_view bytes) {
  return write_until_done(
      bytes, [&](std::string_view rest) { return ::write(fd, rest.data(), rest.size()); });
}

bool write_all_at(int fd, std::string_view bytes, std::size_t offset) {
  return write_until_done(bytes, [&](std::string_view rest) {
    const std::size_t done = bytes.size() - rest.size();
    return ::pwrite(fd, rest.data(), rest.size(), static_cast<off_t>(offset + done));
  });
}

bool read_all(int fd, std::size_t offset, std::size_t size, std::string& bytes) {
  bytes.resize(size);
  std::size_t done = 0;
  while (done < size) {
    const ssize_t count =
        ::pread(fd, bytes.data() + done, size - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  bytes.resize(done);
  return true;
}

}  // namespace supervisor
