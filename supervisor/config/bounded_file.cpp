#include "supervisor/config/bounded_file.hpp"

#include <algorithm>
#include <array>
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

// Small: what is zeroed and never used would delay the launch of the streams.
constexpr std::size_t chunk_bytes = 8 * 1024;
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
  std::string text;
  std::array<char, chunk_bytes> chunk;
  const auto deadline = steady_clock::now() + whole_limit;
  while (text.size() <= bytes_max) {
    await_input(file.get(), deadline, expected);
    const std::size_t wanted = std::min(chunk.size(), bytes_max + 1 - text.size());
    const ssize_t count = ::read(file.get(), chunk.data(), wanted);
    if (count == 0) break;
    if (count < 0 && errno != EAGAIN && errno != EINTR) throw_unreadable();
    text.append(chunk.data(), static_cast<std::size_t>(std::max<ssize_t>(count, 0)));
  }
  return text;
}

}  // namespace supervisor
