#include "supervisor/config/bounded_file.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include "supervisor/child/descriptor.hpp"

namespace supervisor {

namespace {

[[noreturn]] void throw_unreadable() {
  throw Unreadable(std::string("cannot be read: ") + std::strerror(errno));
}

// Waits for the data of a pipe, with a limit: a FIFO may have no writer.
void await_input(int fd, const std::string& expected) {
  constexpr int wait_ms = 5000;  // a generator of a configuration needs less
  pollfd entry{fd, POLLIN, 0};
  if (poll(&entry, 1, wait_ms) > 0) return;
  throw Unreadable("nothing came from this pipe for 5 s, expected " + expected);
}

}  // namespace

std::string read_bounded_file(const std::string& path, std::size_t bytes_max,
                              const std::string& expected) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored)) {
    throw Unreadable("is a directory, expected " + expected);
  }
  const Descriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file) throw_unreadable();
  std::string text(bytes_max + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    await_input(file.get(), expected);
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count == 0) break;
    if (count < 0 && errno != EAGAIN && errno != EINTR) throw_unreadable();
    size += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  text.resize(size);
  return text;
}

}  // namespace supervisor
