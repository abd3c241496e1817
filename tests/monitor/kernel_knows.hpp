#pragma once

#include <cerrno>

#include <linux/netlink.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/socket.h>
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

}  // namespace monitor
