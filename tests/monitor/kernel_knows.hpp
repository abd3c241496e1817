#pragma once

#include <cctype>
#include <cerrno>
#include <fstream>
#include <iterator>
#include <string>

#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

// What the kernel, or who stands in its place (qemu-user), may have never heard of. What is only
// forbidden is known.
namespace monitor {

inline bool kernel_knows_sock_diag() {
  const int fd = ::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
  if (fd < 0) return errno != EPROTONOSUPPORT && errno != EAFNOSUPPORT;
  ::close(fd);
  return true;
}

// One that knows them looks for the filter, which is nowhere.
inline bool kernel_knows_seccomp_filters() {
  return ::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, nullptr) == 0 || errno != EINVAL;
}

// Its state at least: qemu-user makes that file up.
inline bool kernel_tells_of_the_reader() {
  std::ifstream file("/proc/self/stat");
  const std::string stat(std::istreambuf_iterator<char>(file), {});
  const std::size_t state = stat.rfind(") ") + 2;
  return state >= stat.size() || std::isalpha(static_cast<unsigned char>(stat[state]));
}

// System calls have the numbers that this program was compiled with: the reader's own is a read.
inline bool kernel_numbers_calls_as_here() {
  std::ifstream file("/proc/self/syscall");
  long number = SYS_read;  // where the file may not be read
  file >> number;
  return file.fail() || number == SYS_read || number == SYS_readv;
}

inline bool kernel_knows_subreapers() {
  int now = 0;
  return ::prctl(PR_GET_CHILD_SUBREAPER, &now) == 0 || errno != EINVAL;
}

}  // namespace monitor
