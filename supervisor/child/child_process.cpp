#include "supervisor/child/child_process.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <map>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <poll.h>
#include <sys/wait.h>

#include "monitor/probes/ffmpeg_process.hpp"
#include "supervisor/child/child_ends.hpp"
#include "supervisor/child/child_environment.hpp"
#include "supervisor/child/child_launcher.hpp"
#include "supervisor/child/descriptor.hpp"
#include "supervisor/child/descriptor_limit.hpp"
#include "supervisor/child/executable_search.hpp"
#include "supervisor/child/guard.hpp"
#include "supervisor/child/parent_death.hpp"
#include "supervisor/child/reaping.hpp"
#include "supervisor/signals_blocked.hpp"

namespace supervisor {
namespace {

namespace asio = boost::asio;
namespace process = boost::process::v2;
using boost::system::error_code;

constexpr std::size_t chunk_bytes = 16 * 1024;    // one read, on the stack
constexpr std::size_t drain_bytes = 1024 * 1024;  // at most at once; what the larger pipe can hold
constexpr const char* standard_path = "/bin:/usr/bin";  // what execvp takes without PATH

ChildSetup setup_for(const ChildProcess::Spec& spec, const ChildEnds& ends, const ExecPlan& plan) {
  ChildSetup setup{.inherited = spec.inherited, .plan = plan};
  setup.stdin_source = spec.pass_stdin ? -1 : ends.input.get();
  setup.stdout_source = spec.join_output ? ends.errors.write.get() : -1;
  setup.stderr_source = ends.errors.write.get();
  setup.progress_source = ends.progress.write.get();
  setup.progress_target = spec.progress_fd;
  setup.descriptor_limit = &descriptor_limit_of_children();
  setup.niceness = spec.niceness;
  setup.no_new_privileges = spec.no_new_privileges;
  setup.exec_status = ends.exec_status.write.get();
  return setup;
}

bool is_valid(const ChildProcess::Spec& spec) {
  if (spec.argv.empty()) return false;
  const auto& taken = spec.inherited;
  return !spec.capture_progress ||
         (spec.progress_fd > 2 &&
          std::find(taken.begin(), taken.end(), spec.progress_fd) == taken.end());
}

// The pid, or -1 with the error; then no child is left (Boost 1.81's launcher leaves a zombie when
// the child's setup fails). The launcher notifies its context of the fork, and the loop's would
// rebuild itself in the child, with memory and locks, and in the parent wait for a name being
// resolved: so it gets one of its own.
pid_t fork_and_exec(const ChildSetup& setup, int& error_number) {
  asio::io_context own_context;
  process::posix::default_launcher launcher;
  error_code error;
  try {
    const SignalsBlocked blocked;
    const char** arguments = setup.plan.words();
    auto child = launcher(own_context.get_executor(), error, std::filesystem::path(arguments[0]),
                          arguments, setup);
    child.detach();
  } catch (const boost::system::system_error& failure) {
    if (::getpid() != setup.parent) ::_exit(127);
    error = failure.code();
  }
  if (!error && launcher.pid > 0) return launcher.pid;
  if (launcher.pid > 0) kill_and_reap(launcher.pid);
  error_number = error ? error.value() : EAGAIN;
  return -1;
}

std::vector<std::string> candidates_for(const std::string& program) {
  const char* path = std::getenv("PATH");  // NOLINT(concurrency-mt-unsafe): no thread sets it
  return executable_candidates(program, path ? path : standard_path);
}

// The errno that the child has sent; 0 where the pipe has ended without one; empty while neither.
std::optional<int> read_exec_status(int fd) {
  int error_number = 0;
  ssize_t count = 0;
  do {
    count = ::read(fd, &error_number, sizeof error_number);
  } while (count < 0 && errno == EINTR);
  if (count < 0) return std::nullopt;
  return count == sizeof error_number ? error_number : 0;
}

int open_pidfd(pid_t pid) {
  return static_cast<int>(::syscall(SYS_pidfd_open, pid, 0));
}

}  // namespace

struct ChildProcess::State : std::enable_shared_from_this<State> {
  using Handler = std::function<void(std::string_view)>;

  State(const asio::any_io_executor& executor, Handlers with)
      : pidfd(executor),
        exec_status(executor),
        progress(executor),
        errors(executor),
        handlers(std::move(with)) {}

  bool adopt(Descriptor fd, asio::posix::stream_descriptor& stream);
  void watch();
  void watch_exec();
  void learn_exec();
  void fail_exec(int error_number);
  void watch_exit();
  void watch(asio::posix::stream_descriptor& stream, const Handler& handler);
  std::size_t read_chunk(asio::posix::stream_descriptor& stream, const Handler& handler);
  void drain(asio::posix::stream_descriptor& stream, const Handler& handler);
  void guard_group();
  void kill_group() const;
  void finish();
  void abandon();
  void forget();

  static std::map<pid_t, std::weak_ptr<State>>& living() {
    static std::map<pid_t, std::weak_ptr<State>> children;
    return children;
  }

  pid_t pid = -1;
  bool ended = false;
  bool may_be_guarded = true;
  bool is_guarded = false;
  std::uint64_t progress_pipe = 0;  // the numbers of its pipes
  std::uint64_t errors_pipe = 0;
  // Waited on, and read by hand when ready: bytes of a read that Asio completes but has not yet
  // called back for would be overtaken by drain_progress().
  asio::posix::stream_descriptor pidfd;
  asio::posix::stream_descriptor exec_status;  // open until it is known
  asio::posix::stream_descriptor progress;
  asio::posix::stream_descriptor errors;
  const Handlers handlers;
};

bool ChildProcess::State::adopt(Descriptor fd, asio::posix::stream_descriptor& stream) {
  error_code error;
  stream.assign(fd.get(), error);
  if (error) {
    errno = error.value();
    return false;
  }
  fd.release();
  return true;
}

void ChildProcess::State::watch() {
  living()[pid] = weak_from_this();
  watch_exec();
  watch(progress, handlers.on_progress);
  watch(errors, handlers.on_stderr);
  watch_exit();
}

void ChildProcess::State::watch_exec() {
  if (ended || !exec_status.is_open()) return;
  exec_status.async_wait(asio::posix::descriptor_base::wait_read,
                         [self = shared_from_this()](const error_code& error) {
                           if (error) return;
                           self->learn_exec();
                           self->watch_exec();
                         });
}

// Before anything else of the child is reported.
void ChildProcess::State::learn_exec() {
  if (ended || !exec_status.is_open()) return;
  const auto error_number = read_exec_status(exec_status.native_handle());
  if (!error_number) return;
  error_code ignored;
  exec_status.close(ignored);
  if (*error_number != 0) return fail_exec(*error_number);
  if (!monitor::probes::is_ffmpeg(pid) || !keeps_parent_death_signal(pid)) guard_group();
  if (handlers.on_executed) handlers.on_executed(0);
}

void ChildProcess::State::guard_group() {
  if (ended || is_guarded || !may_be_guarded) return;
  is_guarded = true;
  supervisor::guard({.group = pid, .progress = progress_pipe, .errors = errors_pipe});
}

// An FFmpeg that has left the group (setsid in a script) is orphaned to this program.
void ChildProcess::State::kill_group() const {
  ::kill(-pid, SIGKILL);
  if (!is_guarded) return;
  for (const std::uint64_t pipe : {progress_pipe, errors_pipe}) {
    for (const pid_t left : monitor::probes::orphaned_ffmpegs_holding(pipe)) ::kill(left, SIGKILL);
  }
}

// The child is at its end: it exits once it has sent the error.
void ChildProcess::State::fail_exec(int error_number) {
  kill_and_reap(pid);
  forget();
  if (handlers.on_executed) return handlers.on_executed(error_number);
  if (handlers.on_exit)
    handlers.on_exit({.code = error_number == ENOENT ? 127 : 126, .signal = {}});
}

// A wait may end early: Asio hands a descriptor's record on to the next one while an event for the
// old one is still queued. So look, and wait again.
void ChildProcess::State::watch_exit() {
  if (ended) return;
  pidfd.async_wait(asio::posix::descriptor_base::wait_read,
                   [self = shared_from_this()](const error_code& error) {
                     if (error) return;
                     self->finish();
                     self->watch_exit();
                   });
}

// One chunk for each round of the loop: a flood on one pipe delays nothing else.
void ChildProcess::State::watch(asio::posix::stream_descriptor& stream, const Handler& handler) {
  if (ended || !stream.is_open()) return;
  stream.async_wait(asio::posix::descriptor_base::wait_read,
                    [self = shared_from_this(), &stream, &handler](const error_code& error) {
                      if (error || self->ended) return;
                      self->read_chunk(stream, handler);
                      self->watch(stream, handler);
                    });
}

std::size_t ChildProcess::State::read_chunk(asio::posix::stream_descriptor& stream,
                                            const Handler& handler) {
  learn_exec();
  if (!stream.is_open()) return 0;
  std::array<char, chunk_bytes> buffer;
  const ssize_t count = ::read(stream.native_handle(), buffer.data(), buffer.size());
  if (count < 0 && (errno == EAGAIN || errno == EINTR)) return 0;
  if (count <= 0) {
    error_code ignored;
    stream.close(ignored);
    if (&stream == &progress && handlers.on_progress_end) handlers.on_progress_end();
    return 0;
  }
  const auto size = static_cast<std::size_t>(count);
  if (handler) handler({buffer.data(), size});
  return size;
}

void ChildProcess::State::drain(asio::posix::stream_descriptor& stream, const Handler& handler) {
  for (std::size_t total = 0; !ended && total < drain_bytes;) {
    const std::size_t count = read_chunk(stream, handler);
    if (count == 0) return;
    total += count;
  }
}

void ChildProcess::State::finish() {
  if (ended || !has_ended(pid)) return;
  const auto self = shared_from_this();  // the handlers may destroy the ChildProcess
  learn_exec();
  drain(progress, handlers.on_progress);
  drain(errors, handlers.on_stderr);
  if (ended) return;
  // Before the reaping: as long as the leader is a zombie the group's number is not used again.
  kill_group();
  if (is_guarded) unguard(pid);
  const monitor::ExitStatus status = reap(pid);
  forget();
  if (handlers.on_exit) handlers.on_exit(status);
}

void ChildProcess::State::abandon() {
  if (ended) return;
  ::kill(-pid, SIGKILL);
  ::kill(pid, SIGKILL);
  pollfd end{.fd = pidfd.native_handle(), .events = POLLIN, .revents = 0};
  while (::poll(&end, 1, reap_limit_ms) < 0 && errno == EINTR) continue;
  kill_group();
  if (is_guarded) unguard(pid);
  reap(pid);  // not ended in time: an orphan, for Init to reap
  forget();
}

void ChildProcess::State::forget() {
  ended = true;
  living().erase(pid);
  error_code ignored;
  pidfd.close(ignored);
  exec_status.close(ignored);
  progress.close(ignored);
  errors.close(ignored);
}

std::unique_ptr<ChildProcess> ChildProcess::launch(asio::any_io_executor executor, const Spec& spec,
                                                   Handlers handlers, int& error_number) {
  error_number = is_valid(spec) ? 0 : EINVAL;
  if (error_number != 0) return nullptr;

  const auto fail = [&error_number] {
    error_number = errno;
    return nullptr;
  };
  ChildEnds ends;
  if (!open_ends(spec, ends)) return fail();
  auto state = std::make_shared<State>(executor, std::move(handlers));
  const std::vector<std::string> candidates = candidates_for(spec.argv[0]);
  const ExecPlan plan(spec.argv, candidates,
                      child_environment(spec.has_own_secrets, spec.environment));
  const ChildSetup setup = setup_for(spec, ends, plan);
  if (!state->adopt(std::move(ends.errors.read), state->errors)) return fail();
  if (spec.capture_progress && !state->adopt(std::move(ends.progress.read), state->progress)) {
    return fail();
  }
  if (!state->adopt(std::move(ends.exec_status.read), state->exec_status)) return fail();
  state->may_be_guarded = spec.is_guarded;
  state->errors_pipe = monitor::probes::pipe_number(state->errors.native_handle());
  if (spec.capture_progress) {
    state->progress_pipe = monitor::probes::pipe_number(state->progress.native_handle());
  }
  state->pid = fork_and_exec(setup, error_number);
  if (state->pid < 0) return nullptr;
  error_number = 0;
  if (!state->adopt(Descriptor(open_pidfd(state->pid)), state->pidfd)) {
    error_number = errno;
    kill_and_reap(state->pid);
    return nullptr;
  }
  state->watch();
  return std::unique_ptr<ChildProcess>(new ChildProcess(std::move(state)));
}

ChildProcess::ChildProcess(std::shared_ptr<State> state) : state_(std::move(state)) {
}

ChildProcess::~ChildProcess() {
  state_->abandon();
}

pid_t ChildProcess::pid() const {
  return state_->pid;
}

void ChildProcess::signal(int number) {
  if (state_->ended) return;
  // A child that left its group (a shell with job control may) is still ours.
  if (::kill(-state_->pid, number) != 0) ::kill(state_->pid, number);
}

void ChildProcess::drain_progress() {
  const auto state = state_;  // the handler may destroy this
  state->drain(state->progress, state->handlers.on_progress);
}

std::uint64_t ChildProcess::progress_pipe() const {
  return state_->progress_pipe;
}

void ChildProcess::guard() {
  state_->guard_group();
}

ChildLauncher process_launcher(asio::any_io_executor executor) {
  return [executor](const ChildSpec& spec, ChildHandlers handlers, int& error_number) {
    return ChildProcess::launch(executor, spec, std::move(handlers), error_number);
  };
}

bool ChildProcess::owns(pid_t pid) {
  return State::living().contains(pid);
}

void ChildProcess::settle(pid_t pid) {
  const auto found = State::living().find(pid);
  if (found == State::living().end()) return;
  if (const auto state = found->second.lock()) state->finish();
}

}  // namespace supervisor
