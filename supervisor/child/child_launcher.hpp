#pragma once

// Private to child_process: what Boost.Process's launcher does in the child between fork and exec.

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// Boost.Process 1.81 needs the first three from its includer.
// clang-format off
#include <boost/optional.hpp>
#include <boost/type_traits/decay.hpp>
#include <boost/type_traits/is_convertible.hpp>
#include <boost/process/v2/process.hpp>
// clang-format on

namespace supervisor {

// The program to execute, made ready before the fork: the child must take no memory.
class ExecPlan {
 public:
  // `argv` and `candidates` must outlive it; `argv` is not empty. `environment` ends with a null.
  ExecPlan(const std::vector<std::string>& argv, const std::vector<std::string>& candidates,
           std::vector<char*> environment)
      : environment_(std::move(environment)) {
    shell_.push_back("/bin/sh");
    for (const std::string& word : argv) words_.push_back(word.c_str());
    words_.push_back(nullptr);
    shell_.insert(shell_.end(), words_.begin(), words_.end());
    for (const std::string& file : candidates) files_.push_back(file.c_str());
  }
  // As the launcher takes them.
  const char** words() const { return words_.data(); }

  // In the child. Tries the candidates as execvp does; comes back only on failure, with errno.
  void execute() const {
    int error = ENOENT;
    for (const char* file : files_) {
      ::execve(file, const_cast<char* const*>(words_.data()), environment_.data());
      if (errno == ENOEXEC) execute_script(file);
      if (files_.size() == 1) return;
      if (errno == EACCES) error = EACCES;
      if (errno != EACCES && !is_absence(errno)) return;
    }
    errno = error;
  }

 private:
  // A script without a first line that names its shell.
  void execute_script(const char* file) const {
    shell_[1] = file;
    ::execve(shell_[0], const_cast<char* const*>(shell_.data()), environment_.data());
  }
  static bool is_absence(int error) {
    return error == ENOENT || error == ENOTDIR || error == ESTALE || error == ENODEV ||
           error == ETIMEDOUT;
  }

  mutable std::vector<const char*> words_;
  mutable std::vector<const char*> shell_;  // /bin/sh, the script's file, its arguments
  std::vector<const char*> files_;
  const std::vector<char*> environment_;
};

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
  const rlimit* descriptor_limit = nullptr;  // of the child
  int niceness = 0;
  bool no_new_privileges = false;
  int exec_status = -1;  // the write end of the pipe that reports the exec's result
  const std::vector<int>& inherited;
  const ExecPlan& plan;

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
    // The parent waits for the end of the launcher's pipe. A descriptor of a dead network mount
    // that is closed below, or an execve from one, may never come back. So that pipe ends here, and
    // a failure goes into one that the parent reads when there is something to read.
    if (::dup3(exec_status, launcher.fd_whitelist.back(), O_CLOEXEC) < 0) return fail(errno);
    if (!place_descriptors()) return fail(errno);
    // After the last descriptor is placed: those above the limit stay open until the exec.
    ::setrlimit(RLIMIT_NOFILE, descriptor_limit);
    if (niceness != 0) ::setpriority(PRIO_PROCESS, 0, ::getpriority(PRIO_PROCESS, 0) + niceness);
    if (no_new_privileges && ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return fail(errno);
    reset_signals();
    plan.execute();
    return fail(errno);
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

  // Asio's sockets are not marked when they are created.
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
