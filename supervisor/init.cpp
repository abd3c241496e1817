#include "supervisor/init.hpp"

#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdlib>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/steady_timer.hpp>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>

#include "supervisor/child/child_process.hpp"
#include "supervisor/child/descriptor.hpp"

namespace supervisor {
namespace {

namespace asio = boost::asio;
using boost::system::error_code;

// timeout(1) sends a signal twice within microseconds: one request.
constexpr std::chrono::milliseconds same_request{100};
constexpr int reap_batch = 256;  // in one go; then the loop has its turn

}  // namespace

struct Init::State : std::enable_shared_from_this<State> {
  State(const asio::any_io_executor& executor, Handlers with)
      : signals(executor, SIGTERM, SIGINT, SIGQUIT),
        force_timer(executor),
        handlers(std::move(with)) {
    // nginx-based images are stopped by SIGQUIT, containers of LXC by SIGPWR, those whose images
    // come from systemd's by SIGRTMIN+3; as PID 1 nothing else would end them.
    for (const int number : {SIGPWR, SIGRTMIN + 3, SIGHUP, SIGCHLD}) signals.add(number);
  }

  void wait();
  void on_signal(int number);
  void on_stop_signal();
  void reap_orphans();

  asio::signal_set signals;
  asio::steady_timer force_timer;
  const Handlers handlers;
  bool closed = false;
  bool stop_asked = false;
  bool next_forces = false;
};

void Init::State::wait() {
  signals.async_wait([self = shared_from_this()](const error_code& error, int number) {
    if (error || self->closed) return;
    self->on_signal(number);
    if (!self->closed) self->wait();
  });
}

void Init::State::on_signal(int number) {
  if (number == SIGCHLD) return reap_orphans();
  if (number != SIGHUP) return on_stop_signal();
  if (handlers.on_hangup) handlers.on_hangup();
}

void Init::State::on_stop_signal() {
  if (stop_asked) {
    if (next_forces && handlers.on_force_stop) handlers.on_force_stop();
    return;
  }
  stop_asked = true;
  force_timer.expires_after(same_request);
  force_timer.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error) self->next_forces = true;
  });
  if (handlers.on_stop) handlers.on_stop();
}

// The kernel shows the oldest ended child first and hides the others behind it, so one of ours is
// finished on the spot.
void Init::State::reap_orphans() {
  for (int count = 0; count < reap_batch && !closed; ++count) {
    siginfo_t ended{};
    if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0) return;
    if (ChildProcess::owns(ended.si_pid)) {
      ChildProcess::settle(ended.si_pid);
    } else {
      ::waitid(P_PID, static_cast<id_t>(ended.si_pid), nullptr, WEXITED | WNOHANG);
    }
  }
  if (closed) return;
  asio::post(signals.get_executor(), [self = shared_from_this()] { self->reap_orphans(); });
}

namespace {

// A handler, not SIG_IGN: that would be inherited by FFmpeg.
void drop_signals() {
  struct sigaction drop {};
  drop.sa_handler = [](int) {};
  drop.sa_flags = SA_RESTART;
  for (const int number : {SIGUSR1, SIGUSR2, SIGALRM, SIGVTALRM, SIGPROF, SIGIO, SIGSTKFLT})
    ::sigaction(number, &drop, nullptr);
}

}  // namespace

Init::Init(asio::any_io_executor executor, Handlers handlers) {
  ::prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
  std::signal(SIGPIPE, SIG_IGN);
  drop_signals();
  state_ = std::make_shared<State>(executor, std::move(handlers));
  state_->wait();
  // What an entrypoint left behind when it executed this program.
  asio::post(executor, [state = state_] { state->reap_orphans(); });
}

Init::~Init() {
  state_->closed = true;
  error_code ignored;
  state_->signals.clear(ignored);
  state_->signals.cancel(ignored);
  state_->force_timer.cancel();
}

void notify_service_manager(const std::string& message) {
  const char* path =
      std::getenv("NOTIFY_SOCKET");  // NOLINT(concurrency-mt-unsafe): no thread sets it
  sockaddr_un address{};
  const std::string name = path ? path : "";
  if (name.size() < 2 || name.size() >= sizeof(address.sun_path)) return;
  address.sun_family = AF_UNIX;
  name.copy(address.sun_path, name.size());
  if (name[0] == '@') address.sun_path[0] = '\0';  // the abstract name space
  const Descriptor socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  if (!socket) return;
  const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
  ::sendto(socket.get(), message.data(), message.size(), MSG_NOSIGNAL,
           reinterpret_cast<const sockaddr*>(&address), size);
}

}  // namespace supervisor
