#include "supervisor/alerts/alert_command.hpp"

#include <cerrno>
#include <cstring>
#include <deque>
#include <optional>
#include <system_error>
#include <utility>

#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <signal.h>

#include "monitor/text/line_splitter.hpp"
#include "supervisor/child/child_process.hpp"
#include "supervisor/child/memory_file.hpp"

namespace supervisor {
namespace {

constexpr std::size_t line_limit = 1000;  // bytes of a line that are logged

std::string seconds_text(std::chrono::milliseconds span) {
  const auto ms = span.count();
  return ms % 1000 == 0 ? std::to_string(ms / 1000) + " s" : std::to_string(ms) + " ms";
}

}  // namespace

struct AlertCommand::State : std::enable_shared_from_this<State> {
  struct Run {
    std::string json;
    Done done;
  };

  State(const boost::asio::any_io_executor& executor_in, std::vector<std::string> argv_in,
        OnOutput on_output_in, Limits limits_in)
      : executor(executor_in),
        argv(std::move(argv_in)),
        on_output(std::move(on_output_in)),
        limits(limits_in),
        timer(executor_in) {}

  void begin();
  void launch();
  void expect_end(std::chrono::milliseconds within, int next_signal);
  void on_executed(int error_number);
  std::string cannot_be_started(int error_number) const;
  void on_bytes(std::string_view bytes);
  void on_line(std::string_view line);
  void on_exit(monitor::ExitStatus status);
  void end_output();
  void finish(std::string error);
  std::string how_it_ended(monitor::ExitStatus status) const;
  std::string name() const { return "alerts.command (" + argv.front() + ")"; }

  boost::asio::any_io_executor executor;
  const std::vector<std::string> argv;
  const OnOutput on_output;
  const Limits limits;

  std::deque<Run> waiting;
  std::optional<Run> present;
  std::unique_ptr<ChildProcess> child;
  boost::asio::steady_timer timer;
  bool timed_out = false;
  monitor::LineSplitter splitter{line_limit};
  std::size_t lines = 0;  // of this run
};

void AlertCommand::State::begin() {
  if (present || waiting.empty()) return;
  present = std::move(waiting.front());
  waiting.pop_front();
  timed_out = false;
  lines = 0;
  launch();
}

void AlertCommand::State::launch() {
  const Descriptor input = memory_file("alert", present->json);
  int error_number = errno;
  if (input) {
    ChildProcess::Spec spec;
    spec.argv = argv;
    spec.stdin_fd = input.get();
    spec.join_output = true;
    spec.capture_progress = false;
    spec.has_own_secrets = true;  // it may call `ffsupervisor restart`
    spec.is_guarded = false;      // an alert may be under way when this program ends
    // The handlers die with the child, which dies with this.
    child =
        ChildProcess::launch(executor, spec,
                             {.on_executed = [this](int error) { on_executed(error); },
                              .on_stderr = [this](std::string_view bytes) { on_bytes(bytes); },
                              .on_exit = [this](monitor::ExitStatus status) { on_exit(status); }},
                             error_number);
  }
  if (child) return expect_end(limits.timeout, SIGTERM);
  finish(cannot_be_started(error_number));
}

void AlertCommand::State::on_executed(int error_number) {
  if (error_number == 0) return;
  timer.cancel();
  // Not from within the child's own call-back.
  boost::asio::post(executor, [weak = weak_from_this(), error = cannot_be_started(error_number)] {
    if (const auto state = weak.lock()) state->finish(error);
  });
}

std::string AlertCommand::State::cannot_be_started(int error_number) const {
  return name() + " cannot be started: " + std::generic_category().message(error_number);
}

void AlertCommand::State::expect_end(std::chrono::milliseconds within, int next_signal) {
  timer.expires_after(within);
  timer.async_wait([weak = weak_from_this(), next_signal](const boost::system::error_code& error) {
    const auto state = weak.lock();
    if (!state || error || !state->child) return;
    state->timed_out = true;
    state->child->signal(next_signal);
    if (next_signal == SIGTERM) state->expect_end(state->limits.grace, SIGKILL);
  });
}

void AlertCommand::State::on_bytes(std::string_view bytes) {
  splitter.feed(bytes, [this](std::string_view line) { on_line(line); });
}

void AlertCommand::State::on_line(std::string_view line) {
  if (++lines <= limits.output_lines) on_output(line);
}

void AlertCommand::State::end_output() {
  splitter.finish([this](std::string_view line) { on_line(line); });
  if (lines <= limits.output_lines) return;
  on_output("… and " + std::to_string(lines - limits.output_lines) + " lines more");
}

void AlertCommand::State::on_exit(monitor::ExitStatus status) {
  timer.cancel();
  end_output();
  // Not from within the child's own call-back.
  boost::asio::post(executor, [weak = weak_from_this(), error = how_it_ended(status)] {
    if (const auto state = weak.lock()) state->finish(error);
  });
}

std::string AlertCommand::State::how_it_ended(monitor::ExitStatus status) const {
  if (timed_out) return name() + " did not end within " + seconds_text(limits.timeout);
  if (status.signal) return name() + " was ended by signal " + std::to_string(*status.signal);
  if (status.code == 0) return {};
  return name() + " ended with code " + std::to_string(status.code.value_or(-1));
}

void AlertCommand::State::finish(std::string error) {
  child.reset();
  const Done done = std::move(present->done);
  present.reset();
  done(std::move(error));
  begin();
}

AlertCommand::AlertCommand(boost::asio::any_io_executor executor, std::vector<std::string> argv,
                           OnOutput on_output)
    : AlertCommand(std::move(executor), std::move(argv), std::move(on_output), Limits()) {
}

AlertCommand::AlertCommand(boost::asio::any_io_executor executor, std::vector<std::string> argv,
                           OnOutput on_output, Limits limits)
    : state_(std::make_shared<State>(executor, std::move(argv), std::move(on_output), limits)) {
}

AlertCommand::~AlertCommand() = default;

void AlertCommand::run(std::string json, Done done) {
  if (state_->waiting.size() >= state_->limits.waiting) {
    return done(state_->name() + ": too many runs wait for their turn");
  }
  state_->waiting.push_back({std::move(json), std::move(done)});
  state_->begin();
}

}  // namespace supervisor
