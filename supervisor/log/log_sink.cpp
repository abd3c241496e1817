#include "supervisor/log/log_sink.hpp"

#include <cerrno>

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

namespace supervisor {

namespace {

bool is_socket(int fd) {
  struct stat status {};
  return ::fstat(fd, &status) == 0 && S_ISSOCK(status.st_mode);
}

}  // namespace

LogSink::LogSink(int fd) : fd_(fd), socket_(is_socket(fd)) {
}

bool LogSink::ready() const {
  pollfd entry{fd_, POLLOUT, 0};
  return ::poll(&entry, 1, 0) == 1 && (entry.revents & POLLOUT) != 0;
}

std::size_t LogSink::write_some(std::string_view bytes) const {
  if (!ready()) return 0;
  for (;;) {
    // systemd's stderr is a socket, which can be told for each call not to wait.
    const ssize_t count = socket_
                              ? ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL)
                              : ::write(fd_, bytes.data(), bytes.size());
    if (count >= 0) return static_cast<std::size_t>(count);
    if (errno != EINTR) return 0;
  }
}

bool LogSink::write_rest() {
  rest_.erase(0, rest_.empty() ? 0 : write_some(rest_));
  return rest_.empty();
}

bool LogSink::write(std::string_view line) {
  const std::size_t taken = write_rest() ? write_some(line) : 0;
  if (taken == 0) {
    ++dropped_;
    return false;
  }
  rest_.assign(line.substr(taken));
  return true;
}

}  // namespace supervisor
