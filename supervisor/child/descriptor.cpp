#include "supervisor/child/descriptor.hpp"

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>

#include "supervisor/child/child_process.hpp"

namespace supervisor {
namespace {

constexpr std::size_t max_inherited = 1024;  // descriptors; what a shell's soft limit allows

Descriptor moved_up(Descriptor from, int lowest) {
  if (!from || from.get() >= lowest) return from;
  return Descriptor(::fcntl(from.get(), F_DUPFD_CLOEXEC, lowest));
}

// Else the next pipe would be taken for stdin, stdout or stderr.
void fill_standard_descriptors() {
  for (int fd = 0; fd <= 2; ++fd) {
    if (::fcntl(fd, F_GETFD) >= 0) continue;
    Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
    if (null.get() == fd) {
      ::fcntl(null.release(), F_SETFD, 0);
    } else if (null) {
      ::dup2(null.get(), fd);
    }
  }
}

}  // namespace

bool open_pipe(int lowest, Pipe& pipe, OwnEnd own) {
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) return false;
  pipe.read = moved_up(Descriptor(ends[0]), lowest);
  pipe.write = moved_up(Descriptor(ends[1]), lowest);
  const Descriptor& kept = own == OwnEnd::read ? pipe.read : pipe.write;
  return pipe.read && pipe.write && ::fcntl(kept.get(), F_SETFL, O_NONBLOCK) == 0;
}

Descriptor open_ended_input(int lowest) {
  Descriptor null(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (null || errno == EMFILE || errno == ENFILE) return moved_up(std::move(null), lowest);
  Pipe pipe;  // a root without /dev
  return open_pipe(lowest, pipe, OwnEnd::write) ? std::move(pipe.read) : Descriptor();
}

std::vector<int> inherited_descriptors() {
  fill_standard_descriptors();
  std::vector<int> found;
  const std::unique_ptr<DIR, int (*)(DIR*)> directory(::opendir("/proc/self/fd"), ::closedir);
  if (!directory) return found;
  while (const dirent* entry = ::readdir(directory.get())) {  // NOLINT(concurrency-mt-unsafe)
    if (entry->d_name[0] == '.' || found.size() == max_inherited) continue;
    const int fd = std::atoi(entry->d_name);  // NOLINT(cert-err34-c): the kernel's own digits
    const int flags = ::fcntl(fd, F_GETFD);
    if (fd <= 2 || flags < 0 || (flags & FD_CLOEXEC) != 0) continue;
    ::fcntl(fd, F_SETFD, flags | FD_CLOEXEC);
    found.push_back(fd);
  }
  std::sort(found.begin(), found.end());
  return found;
}

}  // namespace supervisor
