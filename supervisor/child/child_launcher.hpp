#pragma once

// Private to child_process: what Boost.Process's launcher does in the child between fork and exec.

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

// Boost.Process 1.81 leaves the first three to whoever includes it.
// clang-format off
#include <boost/optional.hpp>
#include <boost/type_traits/decay.hpp>
#include <boost/type_traits/is_convertible.hpp>
#include <boost/process/v2/process.hpp>
// clang-format on

namespace supervisor {

// The initializer. The sources must have numbers above every target. Everything in on_exec_setup is
// async-signal-safe and takes no memory: other threads run at the fork. (Asio's notify_fork around
// it takes a few bytes in the child; glibc's fork holds the allocator's locks for that.)
class ChildSetup {
 public:
  using error_code = boost::system::error_code;
  using Path = std::filesystem::path;

  pid_t parent = ::getpid();
  int stdin_source = -1;   // -1: the parent's own
  int stdout_source = -1;  // -1: the parent's own
  int stderr_source = -1;
  int progress_source = -1;  // -1: none
  int progress_target = -1;
  const std::vector<int>& inherited;

  template <typename Launcher>
  error_code on_setup(Launcher& launcher, const Path&, const char* const*&) const {
    // The launcher closes what is above its list in the child.
    auto& kept = launcher.fd_whitelist;
    kept.insert(kept.end(), inherited.begin(), inherited.end());
    if (progress_source >= 0) kept.push_back(progress_target);
    return {};
  }

  template <typename Launcher>
  error_code on_exec_setup(Launcher& launcher, const Path&, const char* const*&) const {
    // Last in the list by now is the pipe on which the launcher reports a failed exec. A number
    // that another thread freed in this moment is its only way to stand on our target: try again
    // later.
    if (progress_source >= 0 && launcher.fd_whitelist.back() == progress_target)
      return fail(EAGAIN);
    if (::setpgid(0, 0) != 0) return fail(errno);
    if (::prctl(PR_SET_PDEATHSIG, SIGKILL) != 0) return fail(errno);
    if (::getppid() != parent) ::_exit(127);  // it died before the line above
    if (!place_descriptors()) return fail(errno);
    reset_signals();
    return {};
  }

  // Boost 1.81's launcher would go on to ::exit, which runs this program's destructors in the
  // child. Its check for this hook asks for other arguments than its call passes: hence the
  // template.
  template <typename... Arguments>
  void on_exec_error(Arguments&&...) const {
    ::_exit(127);
  }

 private:
  static error_code fail(int number) {
    errno = number;  // the launcher reports errno, not what is returned
    return {number, boost::system::system_category()};
  }

  bool place_descriptors() const {
    close_rest_on_exec();
    if (stdin_source >= 0 && ::dup2(stdin_source, 0) < 0) return false;
    if (stdout_source >= 0 && ::dup2(stdout_source, 1) < 0) return false;
    if (::dup2(stderr_source, 2) < 0) return false;
    if (progress_source >= 0 && ::dup2(progress_source, progress_target) < 0) return false;
    for (const int fd : inherited) {
      if (::fcntl(fd, F_SETFD, 0) != 0 && errno != EBADF) return false;
    }
    return true;
  }

  // Asio's sockets are not marked at birth.
  static void close_rest_on_exec() {
    constexpr unsigned close_on_exec = 4;  // CLOSE_RANGE_CLOEXEC, Linux 5.11
    if (::syscall(SYS_close_range, 3U, ~0U, close_on_exec) == 0) return;
    // An older kernel or a container's seccomp profile that does not know the call.
    constexpr int highest = 4096;  // more than this program can have open: connections are capped
    for (int fd = 3; fd < highest; ++fd) ::fcntl(fd, F_SETFD, FD_CLOEXEC);
  }

  static void reset_signals() {
    struct sigaction standard {};
    standard.sa_handler = SIG_DFL;
    for (int number = 1; number <= SIGRTMAX; ++number) ::sigaction(number, &standard, nullptr);
    sigset_t none;
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
  }
};

}  // namespace supervisor
