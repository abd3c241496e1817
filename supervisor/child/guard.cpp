#include "supervisor/child/guard.hpp"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <map>
#include <optional>
#include <string_view>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor/probes/ffmpeg_process.hpp"
#include "supervisor/child/descriptor.hpp"
#include "supervisor/signals_blocked.hpp"

namespace supervisor {
namespace {

constexpr const char* guard_name = "ffs-guard";  // argv[0] and the name of the process
constexpr int channel = 0;                       // its descriptor in the guard
constexpr int end_limit_ms = 1000;               // for the guard to end with this program
constexpr int sweeps = 40;                       // a script may start FFmpeg once more meanwhile
constexpr useconds_t between_sweeps_us = 25'000;

struct Message {
  Guarded what;
  bool is_added = false;
};

// ---------------------------------------------------------------------------- the guard itself

bool kill_all(const std::map<pid_t, Guarded>& all) {
  bool is_clean = true;
  for (const auto& [group, what] : all) {
    if (::kill(-group, SIGKILL) == 0) is_clean = false;
    for (const std::uint64_t pipe : {what.progress, what.errors}) {
      for (const pid_t pid : monitor::probes::ffmpegs_holding(pipe)) {
        ::kill(pid, SIGKILL);
        is_clean = false;
      }
    }
  }
  return is_clean;
}

void close_all_but_channel() {
  if (::syscall(SYS_close_range, 1U, ~0U, 0U) == 0) return;
  constexpr int highest = 4096;
  for (int fd = 1; fd < highest; ++fd) ::close(fd);
}

// ---------------------------------------------------------------------------- this program's side

// In the child, with all signals blocked until the exec; the mask is passed on.
[[noreturn]] void become_guard(int socket) {
  ::setsid();  // a signal to the terminal's group is not for it
  if (::dup2(socket, channel) < 0) ::_exit(127);
  close_all_but_channel();
  char name[] = "ffs-guard";
  char* const words[] = {name, nullptr};
  char* const no_environment[] = {nullptr};
  ::execve("/proc/self/exe", words, no_environment);
  ::_exit(127);
}

class GuardProcess {
 public:
  GuardProcess() = default;
  GuardProcess(const GuardProcess&) = delete;
  GuardProcess& operator=(const GuardProcess&) = delete;
  // Waited for, so that nothing is left when this program has ended.
  ~GuardProcess() {
    if (pid_ <= 0) return;
    socket_ = Descriptor();  // it ends with the socket
    wait_for_end();
  }

  void release() {
    if (all_.empty()) socket_ = Descriptor();
  }

  void add(const Guarded& what) {
    all_[what.group] = what;
    if (!send({what, true})) replace();
  }
  void remove(pid_t group) {
    const bool was_guarded = all_.erase(group) > 0;
    if (was_guarded && !send({{.group = group}, false})) replace();  // the number is used again
  }

 private:
  // Kernels before 5.3 have no pidfd to wait on.
  void wait_for_end() const {
    pollfd ended{.fd = pidfd_.get(), .events = POLLIN, .revents = 0};
    if (pidfd_) ::poll(&ended, 1, end_limit_ms);
    for (int waited = 0; waited < end_limit_ms && ::waitpid(pid_, nullptr, WNOHANG) == 0;
         ++waited) {
      ::usleep(1000);
    }
  }

  bool send(const Message& message) const {
    return socket_ && ::send(socket_.get(), &message, sizeof message,
                             MSG_NOSIGNAL | MSG_DONTWAIT) == sizeof message;
  }

  void replace() {
    if (!start()) return;
    for (const auto& [group, each] : all_) send({each, true});
  }

  // One that does not listen any more must not take the end of its socket for this program's.
  void kill_former() const {
    if (pidfd_) ::syscall(SYS_pidfd_send_signal, pidfd_.get(), SIGKILL, nullptr, 0U);
  }

  bool start() {
    kill_former();
    int ends[2];
    if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return false;
    socket_ = Descriptor(ends[0]);
    const Descriptor other(ends[1]);
    const SignalsBlocked blocked;
    pid_ = ::fork();
    if (pid_ == 0) become_guard(other.get());
    pidfd_ = Descriptor(pid_ > 0 ? static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)) : -1);
    return pid_ > 0;
  }

  std::map<pid_t, Guarded> all_;
  Descriptor socket_;
  Descriptor pidfd_;
  pid_t pid_ = -1;
};

bool is_enabled = false;

std::optional<GuardProcess>& guard_process() {
  static std::optional<GuardProcess> guard_process(std::in_place);
  return guard_process;
}

}  // namespace

void enable_guard() {
  is_enabled = ::getpid() != 1;
}

void release_guard() {
  if (is_enabled) guard_process()->release();
  is_enabled = false;
}

void end_guard() {
  is_enabled = false;
  guard_process().reset();
}

void guard(const Guarded& what) {
  if (is_enabled) guard_process()->add(what);
}

void unguard(pid_t group) {
  if (is_enabled) guard_process()->remove(group);
}

bool is_guard_name(const char* name) {
  return name != nullptr && std::string_view(name) == guard_name;
}

// All signals are blocked since the fork: it ends with this program and not before.
int run_guard() {
  ::prctl(PR_SET_NAME, guard_name);
  if (::chdir("/") != 0) return 1;
  std::map<pid_t, Guarded> all;
  Message message;
  for (;;) {
    const ssize_t count = ::recv(channel, &message, sizeof message, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count != sizeof message) break;
    if (message.is_added) {
      all[message.what.group] = message.what;
    } else {
      all.erase(message.what.group);
    }
  }
  for (int sweep = 0; sweep < sweeps && !kill_all(all); ++sweep) ::usleep(between_sweeps_us);
  return 0;
}

}  // namespace supervisor
