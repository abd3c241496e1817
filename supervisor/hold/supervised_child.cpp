#include "supervisor/hold/supervised_child.hpp"

#include <algorithm>
#include <random>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "monitor/ffmpeg/log_gate.hpp"
#include "monitor/probes/endpoint_probe.hpp"
#include "recovery/stream_core.hpp"
#include "supervisor/log/event_log.hpp"
#include "supervisor/stream/child_life.hpp"
#include "supervisor/stream/event_queue.hpp"
#include "supervisor/stream/raised.hpp"
#include "supervisor/stream/refusals.hpp"

namespace supervisor {

using monitor::Instant;
using monitor::probes::Finding;
using namespace std::chrono_literals;

namespace {

constexpr auto pause_limit = 1s;  // a loop this late was not running
constexpr monitor::Duration probe_timeout = 5s;

// Incidents, escalations and alerts are the stream's, which has them of its report.
template <class Kind>
bool is_of_stream(const Kind&) {
  using namespace recovery;
  return std::is_same_v<Kind, IncidentOpened> || std::is_same_v<Kind, IncidentClosed> ||
         std::is_same_v<Kind, IncidentChanged> || std::is_same_v<Kind, FaultDetected> ||
         std::is_same_v<Kind, Escalated> || std::is_same_v<Kind, EscalationResolved> ||
         std::is_same_v<Kind, Alerted> || std::is_same_v<Kind, AlertResolved>;
}

std::vector<recovery::Notice> of_publisher(const std::vector<recovery::Notice>& all) {
  std::vector<recovery::Notice> own;
  for (const recovery::Notice& notice : all) {
    if (!std::visit([](const auto& kind) { return is_of_stream(kind); }, notice)) {
      own.push_back(notice);
    }
  }
  return own;
}

}  // namespace

struct SupervisedChild::State : std::enable_shared_from_this<State> {
  State(StreamParts parts, Context context);

  void wake(recovery::Event event);
  void drain();
  void finish(monitor::Duration within);
  void reconfigure(StreamParts parts, bool is_other);
  void close();

  const recovery::StreamCore& core() const { return core_; }
  const StreamParts& parts() const { return parts_; }
  std::uint64_t launches() const { return launches_; }
  Instant now() const { return now_; }

 private:
  template <class What>
  void wake_up(What what);
  void take(recovery::Event event);
  void step(const recovery::Event& event);
  void settle();
  void arm_timer();
  void note_pause();
  void on_timer();

  void perform(const recovery::Launch& action);
  void perform(const recovery::Signal& action);
  void perform(const recovery::ProbeSource&) {}
  void perform(const recovery::ProbeSink& action);
  void perform(const recovery::End&) {}
  void launch();
  ChildHandlers handlers_of(ChildLife& life);

  const Context context_;
  StreamParts parts_;
  recovery::StreamCore core_;
  EventLog event_log_;
  monitor::LogGate log_gate_;
  std::unique_ptr<ChildLife> life_;
  std::vector<std::unique_ptr<ChildLife>> ended_lives_;
  Refusals refusals_;
  EventQueue events_;
  std::unique_ptr<Timer> timer_;
  Instant armed_for_ = monitor::never;
  Instant ask_at_ = monitor::never;  // to end, where the end of its input did not end it
  Instant now_{};
  std::uint64_t launches_ = 0;
  bool is_awake_ = false;
  bool awaits_turn_ = false;  // the launch of life_, in the queue of launches
  bool is_closed_ = false;
};

SupervisedChild::State::State(StreamParts parts, Context context)
    : context_(std::move(context)),
      parts_(std::move(parts)),
      core_(parts_.config.recovery, parts_.setup().limits, parts_.setup().command,
            std::random_device{}()),
      event_log_(context_.services.log, parts_.config.name, parts_.output, parts_.role),
      timer_(context_.clock.make_timer(context_.services.loop.executor())),
      now_(context_.clock.now()) {
}

// ------------------------------------------------------------------------------- the loop

template <class What>
void SupervisedChild::State::wake_up(What what) {
  if (is_awake_) return what();
  const auto self = shared_from_this();
  now_ = context_.clock.now();
  {
    const Raised awake(is_awake_);
    note_pause();
    what();
  }
  settle();
}

void SupervisedChild::State::wake(recovery::Event event) {
  wake_up([this, &event] { take(std::move(event)); });
}

void SupervisedChild::State::take(recovery::Event event) {
  events_.take(std::move(event), [this](const recovery::Event& next) { step(next); });
}

void SupervisedChild::State::step(const recovery::Event& event) {
  const bool is_of_no_process =
      std::holds_alternative<recovery::Exited>(event) && life_ && !life_->command();
  const recovery::Step step = core_.step(event, now_);
  for (const recovery::Action& action : step.actions) {
    std::visit([this](const auto& what) { perform(what); }, action);
  }
  // The log knows nothing of a child that was never launched.
  event_log_.record(is_of_no_process ? recovery::Event(recovery::Tick{}) : event,
                    {{}, of_publisher(step.notices)}, core_.status());
}

void SupervisedChild::State::settle() {
  ended_lives_.clear();
  if (life_) life_->release_ended_child();
  arm_timer();
  if (!is_closed_ && context_.on_change) context_.on_change();
}

void SupervisedChild::State::arm_timer() {
  const Instant of_life = life_ ? life_->deadline() : monitor::never;
  const Instant due = std::max(now_, std::min({core_.next_deadline(), of_life, ask_at_}));
  if (is_closed_ || due == armed_for_ || due == monitor::never) return;
  armed_for_ = due;
  timer_->set(due, [this] { on_timer(); });
}

// Whatever comes first shows it: a block that FFmpeg wrote meanwhile would move the timer.
void SupervisedChild::State::note_pause() {
  if (is_closed_ || armed_for_ == monitor::never || now_ - armed_for_ <= pause_limit) return;
  armed_for_ = monitor::never;
  take(recovery::Paused{});
}

void SupervisedChild::State::on_timer() {
  const auto self = shared_from_this();
  if (is_closed_) return;
  if (life_) life_->drain_progress();
  wake_up([this] {
    armed_for_ = monitor::never;
    if (life_) life_->check(now_);
    if (now_ >= ask_at_) {
      ask_at_ = monitor::never;
      take(recovery::StopRequested{.shutdown = true});
    }
    if (now_ >= core_.next_deadline()) take(recovery::Tick{});
  });
}

// ------------------------------------------------------------------------------- actions

void SupervisedChild::State::perform(const recovery::Launch& action) {
  if (life_) {
    refusals_.add(life_->refused(), context_.services.log, parts_.config.name);
    ended_lives_.push_back(std::move(life_));
  }
  life_ = std::make_unique<ChildLife>(action.generation, action.role, parts_, context_.services,
                                      log_gate_, core_,
                                      [this](recovery::Event event) { wake(std::move(event)); });
  if (context_.launches == nullptr) return launch();
  awaits_turn_ = true;
  context_.launches->put([state = weak_from_this(), generation = action.generation] {
    const auto self = state.lock();
    const bool is_wanted =
        self && self->awaits_turn_ && !self->is_closed_ && self->life_->generation() == generation;
    if (!is_wanted) return;
    self->awaits_turn_ = false;
    self->wake_up([&] { self->launch(); });
  });
}

void SupervisedChild::State::launch() {
  int error_number = 0;
  const auto wanted = refusals_.leave_out(parts_.primary, parts_.config.monitor);
  auto command = context_.connect(*wanted, launches_, error_number);
  const bool is_launched = command && life_->launch(context_.launch, std::move(command),
                                                    handlers_of(*life_), error_number);
  if (is_launched) ++launches_;
  context_.on_launch(is_launched);
  if (is_launched) return;
  take(recovery::LaunchFailed{life_->generation(), error_number, life_->program()});
}

ChildHandlers SupervisedChild::State::handlers_of(ChildLife& life) {
  return {
      .on_executed = [this, &life](int error) { wake_up([&] { life.on_executed(error, now_); }); },
      .on_progress =
          [this, &life](std::string_view bytes) {
            wake_up([&] { life.on_progress(bytes, now_); });
          },
      .on_progress_end = [this, &life] { wake_up([&] { life.on_progress_end(now_); }); },
      .on_stderr =
          [this, &life](std::string_view bytes) { wake_up([&] { life.on_stderr(bytes, now_); }); },
      .on_exit = [this, &life](
                     monitor::ExitStatus status) { wake_up([&] { life.on_exit(status, now_); }); },
  };
}

// A launch that waits for its turn has no process: it ends at once.
void SupervisedChild::State::perform(const recovery::Signal& action) {
  if (std::exchange(awaits_turn_, false)) {
    return take(recovery::Exited{life_->generation(), {.code = {}, .signal = action.number}});
  }
  if (context_.on_signal) context_.on_signal();
  if (life_) life_->signal(action.number, now_);
}

void SupervisedChild::State::perform(const recovery::ProbeSink& action) {
  monitor::probes::probe_sinks(
      context_.services.io_thread.executor(), parts_.sinks, probe_timeout,
      context_.services.loop.callback(
          weak_from_this(),
          [number = action.number, output = action.output](State& state, const Finding& finding) {
            if (state.is_closed_) return;
            state.wake(recovery::SinkProbed{number, finding.available,
                                            state.context_.services.secrets.mask(finding.sentence),
                                            output});
          }));
}

// ------------------------------------------------------------------------------- requests

// FFmpeg ends with its input; nothing follows an end, whatever its status.
void SupervisedChild::State::drain() {
  const bool has_child = life_ && life_->has_child();
  if (!has_child) return wake(recovery::StopRequested{.shutdown = true});
  parts_.config.recovery.restart = recovery::Restart::never;
  wake_up([&] {
    take(recovery::Reconfigured{parts_.setup()});
    // One that is being stopped for another launch ends, and is not launched.
    if (core_.status().state == recovery::State::stopping) {
      take(recovery::StopRequested{.shutdown = true});
    }
  });
}

void SupervisedChild::State::finish(monitor::Duration within) {
  parts_.config.recovery.stop_grace = within / 2;
  drain();
  wake_up([&] {
    const bool has_child = life_ && life_->has_child();
    if (has_child) ask_at_ = now_ + within / 2;
  });
}

void SupervisedChild::State::reconfigure(StreamParts parts, bool is_other) {
  parts_ = std::move(parts);
  if (is_other) refusals_.clear();  // it may be another FFmpeg
  wake_up([&] {
    if (life_) life_->adjust_intervals(now_);
    take(recovery::Reconfigured{parts_.setup(), is_other});
  });
}

void SupervisedChild::State::close() {
  is_closed_ = true;
  timer_->cancel();
  life_.reset();
}

// ------------------------------------------------------------------------------- for the owner

SupervisedChild::SupervisedChild(StreamParts parts, Context context)
    : state_(std::make_shared<State>(std::move(parts), std::move(context))) {
}

SupervisedChild::~SupervisedChild() {
  state_->close();
}

void SupervisedChild::wake(recovery::Event event) {
  state_->wake(std::move(event));
}

void SupervisedChild::drain() {
  state_->drain();
}

void SupervisedChild::finish(monitor::Duration within) {
  state_->finish(within);
}

void SupervisedChild::reconfigure(StreamParts parts, bool is_other) {
  state_->reconfigure(std::move(parts), is_other);
}

bool SupervisedChild::is_over() const {
  const recovery::Status status = state_->core().status();
  return status.ended || (status.state == recovery::State::stopped && !status.pid);
}

const StreamParts& SupervisedChild::parts() const {
  return state_->parts();
}

recovery::Status SupervisedChild::status() const {
  return state_->core().status();
}

monitor::Readings SupervisedChild::readings() const {
  const monitor::Watch* watch = state_->core().watch();
  const bool lives = watch && state_->core().status().pid;
  return lives ? watch->readings(state_->now()) : monitor::Readings{};
}

std::uint64_t SupervisedChild::delivered_bytes() const {
  std::uint64_t bytes = 0;
  for (const recovery::OutputTotal& total : state_->core().output_totals()) {
    bytes += total.delivered_bytes.value_or(0);
  }
  return bytes;
}

std::uint64_t SupervisedChild::launches() const {
  return state_->launches();
}

monitor::Instant SupervisedChild::now() const {
  return state_->now();
}

}  // namespace supervisor
