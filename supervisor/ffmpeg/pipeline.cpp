#include "supervisor/ffmpeg/pipeline.hpp"

#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace supervisor {

namespace {

short poll_now(int fd, short events) {
  pollfd entry{fd, events, 0};
  return poll(&entry, 1, 0) > 0 ? entry.revents : short{0};
}

bool is_at_end_of_file(int fd, const struct stat& what) {
  const off_t at = lseek(fd, 0, SEEK_CUR);
  return at >= 0 && at >= what.st_size;
}

bool input_has_ended(int fd) {
  struct stat what {};
  if (fstat(fd, &what) != 0) return true;
  if (S_ISREG(what.st_mode)) return is_at_end_of_file(fd, what);
  if (!S_ISFIFO(what.st_mode) && !S_ISSOCK(what.st_mode)) return false;
  // A writer that hung up leaves POLLHUP at once, but what it wrote is still to be read.
  int unread_bytes = 0;
  if (ioctl(fd, FIONREAD, &unread_bytes) == 0 && unread_bytes > 0) return false;
  return (poll_now(fd, POLLIN | POLLRDHUP) & (POLLHUP | POLLRDHUP)) != 0;
}

// The write end of a pipe without a reader shows POLLERR.
bool output_is_closed(int fd) {
  struct stat what {};
  if (fstat(fd, &what) != 0) return true;
  if (!S_ISFIFO(what.st_mode) && !S_ISSOCK(what.st_mode)) return false;
  return (poll_now(fd, POLLOUT) & (POLLERR | POLLHUP)) != 0;
}

}  // namespace

recovery::Pipeline pipeline_state(const FfmpegCommand& command, int stdin_fd, int stdout_fd) {
  if (command.has_stdout_output() && output_is_closed(stdout_fd)) {
    return recovery::Pipeline::output_closed;
  }
  if (command.has_stdin_input() && input_has_ended(stdin_fd)) {
    return recovery::Pipeline::input_ended;
  }
  return recovery::Pipeline::open;
}

}  // namespace supervisor
