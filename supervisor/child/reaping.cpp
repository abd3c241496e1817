#include "supervisor/child/reaping.hpp"

#include <cerrno>
#include <chrono>

#include <poll.h>
#include <signal.h>
#include <sys/wait.h>

namespace supervisor {

bool has_ended(pid_t pid) {
  siginfo_t ended{};
  const int result = ::waitid(P_PID, static_cast<id_t>(pid), &ended, WEXITED | WNOHANG | WNOWAIT);
  return result != 0 || ended.si_pid == pid;
}

monitor::ExitStatus reap(pid_t pid) {
  int status = SIGKILL;
  while (::waitpid(pid, &status, WNOHANG) < 0 && errno == EINTR) continue;
  monitor::ExitStatus result;
  if (WIFSIGNALED(status)) {
    result.signal = WTERMSIG(status);
  } else {
    result.code = WEXITSTATUS(status);
  }
  return result;
}

void kill_and_reap(pid_t pid) {
  ::kill(pid, SIGKILL);
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(reap_limit_ms);
  for (;;) {
    const pid_t ended = ::waitpid(pid, nullptr, WNOHANG);
    const bool is_over = ended == pid || (ended < 0 && errno != EINTR);
    if (is_over || std::chrono::steady_clock::now() >= deadline) return;
    ::poll(nullptr, 0, 1);
  }
}

}  // namespace supervisor
