#include "supervisor/config/bounded_file.hpp"

#include <algorithm>
#include <cerrno>
#include <chrono>
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

using std::chrono::steady_clock;

constexpr auto whole_limit = std::chrono::seconds(5);  // a generator of a configuration needs less

// Waits for the data of a pipe: a FIFO may have no writer, or one that never ends.
void await_input(int fd, steady_clock::time_point deadline, const std::string& expected) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - steady_clock::now());
  pollfd entry{fd, POLLIN, 0};
  if (left.count() > 0 && poll(&entry, 1, static_cast<int>(left.count())) > 0) return;
  throw Unreadable("this pipe did not end within 5 s, expected " + expected);
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
  const auto deadline = steady_clock::now() + whole_limit;
  while (size < text.size()) {
    await_input(file.get(), deadline, expected);
    const ssize_t count = ::read(file.get(), text.data() + size, text.size() - size);
    if (count == 0) break;
    if (count < 0 && errno != EAGAIN && errno != EINTR) throw_unreadable();
    size += static_cast<std::size_t>(std::max<ssize_t>(count, 0));
  }
  text.resize(size);
  return text;
}

}  // namespace supervisor
