#include "supervisor/hold/publisher.hpp"

#include <cerrno>
#include <utility>

#include "recovery/published_output.hpp"
#include "supervisor/hold/hls_flags.hpp"
#include "supervisor/hold/supervised_child.hpp"

namespace supervisor {

namespace {

constexpr int lowest_descriptor = 10;  // above what a child's own numbers may be

}  // namespace

struct Publisher::State {
  State(StreamParts parts, Context context);

  std::shared_ptr<const PreparedCommand> connect(const PreparedCommand& command,
                                                 std::uint64_t launch, int& error_number);
  void on_launch(bool is_launched);
  void on_change();
  monitor::OutputReport report() const;

  const Context context;
  Pipe input;                // of the launch that is under way
  monitor::Instant since{};  // the state that was reported
  monitor::OutputState reported = monitor::OutputState::starting;
  bool is_idle = false;     // as its core knows it
  bool is_stopped = false;  // as asked
  SupervisedChild child;
};

Publisher::State::State(StreamParts parts, Context given)
    : context(std::move(given)),
      since(context.clock.now()),
      child(
          std::move(parts),
          {.services = context.services,
           .launch = context.launch,
           .launches = context.launches,
           .clock = context.clock,
           .connect = [this](const PreparedCommand& command, std::uint64_t launch,
                             int& error_number) { return connect(command, launch, error_number); },
           .on_launch = [this](bool is_launched) { on_launch(is_launched); },
           .on_signal = {},
           .on_change = [this] { on_change(); }}) {
}

std::shared_ptr<const PreparedCommand> Publisher::State::connect(const PreparedCommand& prepared,
                                                                 std::uint64_t launch,
                                                                 int& error_number) {
  input = {};
  if (!open_pipe(lowest_descriptor, input, OwnEnd::write)) {
    error_number = errno;
    return nullptr;
  }
  auto command = std::make_shared<PreparedCommand>(prepared);
  if (launch > 0) {
    command->spec.argv = with_hls_flags(std::move(command->spec.argv), hls_flags_of_return);
  }
  command->spec.pass_stdin = false;
  command->spec.stdin_fd = input.read.get();
  return command;
}

void Publisher::State::on_launch(bool is_launched) {
  Pipe given = std::exchange(input, {});
  if (is_launched) context.attach(std::move(given.write));
}

void Publisher::State::on_change() {
  const monitor::OutputReport present = report();
  if (std::exchange(reported, present.state) != present.state) since = child.now();
  if (context.on_change) context.on_change();
}

monitor::OutputReport Publisher::State::report() const {
  return recovery::report_on(child.parts().output, child.status(), is_idle, since, is_stopped);
}

Publisher::Publisher(StreamParts parts, Context context)
    : state_(std::make_unique<State>(std::move(parts), std::move(context))) {
}

Publisher::~Publisher() = default;

void Publisher::start() {
  state_->is_stopped = false;
  state_->child.wake(recovery::StartRequested{});
}

void Publisher::restart() {
  state_->is_stopped = false;
  state_->child.wake(recovery::RestartRequested{});
}

void Publisher::stop() {
  state_->is_stopped = true;
  state_->child.wake(recovery::StopRequested{});
}

void Publisher::set_idle(bool is_idle) {
  if (std::exchange(state_->is_idle, is_idle) == is_idle) return;
  state_->child.wake(recovery::InputIdle{is_idle});
}

void Publisher::drain() {
  state_->child.drain();
}

void Publisher::finish(monitor::Duration within) {
  state_->child.finish(within);
}

void Publisher::kill() {
  state_->child.wake(recovery::KillRequested{});
}

void Publisher::reconfigure(StreamParts parts) {
  state_->child.reconfigure(std::move(parts), false);
}

bool Publisher::is_over() const {
  return state_->child.is_over();
}

const std::string& Publisher::output() const {
  return parts().output;
}

const StreamParts& Publisher::parts() const {
  return state_->child.parts();
}

monitor::OutputReport Publisher::report() const {
  return state_->report();
}

PublisherReading Publisher::reading() const {
  const SupervisedChild& child = state_->child;
  const std::uint64_t launches = child.launches();
  return {.status = child.status(),
          .readings = child.readings(),
          .delivered_bytes = child.delivered_bytes(),
          .restarts = launches > 0 ? launches - 1 : 0};
}

}  // namespace supervisor
