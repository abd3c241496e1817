#include "supervisor/stream_driver.hpp"

#include <algorithm>
#include <deque>
#include <random>
#include <utility>

#include <boost/asio/steady_timer.hpp>

#include "monitor/line_splitter.hpp"
#include "monitor/probes/process.hpp"
#include "recovery/ledger.hpp"
#include "recovery/stream_core.hpp"
#include "supervisor/child/child_process.hpp"
#include "supervisor/ffmpeg/pipeline.hpp"
#include "supervisor/ffmpeg/stderr_reader.hpp"
#include "supervisor/log/narrator.hpp"

namespace supervisor {

using monitor::Instant;
using recovery::Generation;
using recovery::WallTime;
using namespace std::chrono_literals;

namespace {

// A loop this late was not running, and perhaps FFmpeg was not either.
constexpr auto pause_limit = 1s;
// FFmpeg's chatter alone refreshes the board no faster than this.
constexpr auto publish_interval = 250ms;

int choose_progress_fd(const FfmpegCommand& command, const std::vector<int>& inherited) {
  const auto is_taken = [&](int fd) {
    const auto& named = command.named_descriptors();
    return std::find(named.begin(), named.end(), fd) != named.end() ||
           std::find(inherited.begin(), inherited.end(), fd) != inherited.end();
  };
  int fd = 3;
  while (is_taken(fd)) ++fd;
  return fd;
}

ChildProcess::Spec child_spec(const StreamConfig& config, const FfmpegCommand& command,
                              const std::vector<int>& inherited) {
  ChildProcess::Spec spec;
  spec.progress_fd = choose_progress_fd(command, inherited);
  spec.argv = command.with_supervision(spec.progress_fd, config.monitor.stats_period);
  // A command that is not understood is given what it would have had without us.
  spec.pass_stdin = command.reads_stdin() || !command.is_ffmpeg();
  spec.capture_progress = command.is_ffmpeg();
  spec.inherited = inherited;
  return spec;
}

// FFmpeg that reports less often than the freeze limit would always look frozen.
monitor::Limits effective_limits(monitor::Limits limits, const FfmpegCommand& command) {
  if (const auto period = command.own_stats_period()) {
    limits.stats_period = *period;
    limits.freeze_timeout = std::max(limits.freeze_timeout, 2 * *period);
    limits.startup_timeout = std::max(limits.startup_timeout, 2 * *period);
  }
  return limits;
}

}  // namespace

struct StreamDriver::State : std::enable_shared_from_this<State> {
  State(boost::asio::any_io_executor executor, const StreamConfig& config_in,
        FfmpegCommand command_in, Context context_in);

  // One wake-up: events in, everything they lead to done, the world told.
  void wake(recovery::Event event) {
    begin();
    take(std::move(event));
    finish();
  }
  void begin();
  void take(recovery::Event event);
  void finish();

  void perform(const recovery::Launch& action);
  void perform(const recovery::Signal& action);
  void perform(const recovery::End& action);

  void on_progress(std::string_view bytes);
  void on_stderr(std::string_view bytes);
  void on_exit(Generation generation, monitor::ExitStatus status);
  void on_timer();
  void sample();
  Instant next_wake() const;
  void arm_timer();
  void publish();

  boost::asio::any_io_executor executor;
  StreamConfig config;
  FfmpegCommand command;
  Context context;
  std::shared_ptr<const std::vector<std::string>> masked_command;
  ChildProcess::Spec spec;
  monitor::Limits limits;

  recovery::StreamCore core;
  recovery::Ledger ledger;
  Narrator narrator;
  StderrReader stderr_reader;
  monitor::ProgressParser parser;

  std::unique_ptr<ChildProcess> child;
  std::unique_ptr<ChildProcess> ended_child;  // its call-back may still be on the stack
  std::optional<monitor::probes::ProcessProbe> probe;
  std::optional<monitor::ProcessSample> last_sample;
  std::optional<WallTime> last_progress_at;
  std::optional<WallTime> launched_at;
  Instant next_sample_at = monitor::never;

  boost::asio::steady_timer timer;
  Instant armed_for = monitor::never;
  Instant published_at{};
  Instant now{};  // of this wake-up
  WallTime wall{};
  std::deque<recovery::Event> events;
  bool has_news = false;
  bool is_closed = false;
};

StreamDriver::State::State(boost::asio::any_io_executor executor_in, const StreamConfig& config_in,
                           FfmpegCommand command_in, Context context_in)
    : executor(executor_in),
      config(config_in),
      command(std::move(command_in)),
      context(std::move(context_in)),
      masked_command(std::make_shared<const std::vector<std::string>>(
          context.secrets.mask_command(command.argv()))),
      spec(child_spec(config, command, context.inherited)),
      limits(effective_limits(config.monitor, command)),
      core(config.recovery, limits, {.reports_progress = command.is_ffmpeg()},
           std::random_device{}()),
      ledger(config.name, context.max_incidents),
      narrator(context.log, config.name),
      stderr_reader(context.log, context.secrets, config.name, command.endpoints(),
                    [this](const monitor::Sign& sign, std::string text) {
                      take(recovery::SignSeen{core.status().generation, sign, std::move(text)});
                    }),
      timer(executor_in) {
  now = std::chrono::steady_clock::now();
  publish();
}

void StreamDriver::State::begin() {
  now = std::chrono::steady_clock::now();
  wall = std::chrono::system_clock::now();
}

void StreamDriver::State::take(recovery::Event first) {
  events.push_back(std::move(first));
  if (events.size() > 1) return;  // already in the loop below
  while (!events.empty()) {
    const recovery::Event event = events.front();
    const recovery::Step step = core.step(event, now);
    // The deed first: what there is to tell can wait until the next child runs.
    for (const recovery::Action& action : step.actions) {
      std::visit([this](const auto& what) { perform(what); }, action);
    }
    narrator.record(event, step, core.status());
    ledger.record(event, step, core.status(), now, wall);
    events.pop_front();
  }
  has_news = true;
}

void StreamDriver::State::finish() {
  ended_child.reset();
  if (has_news || now - published_at >= publish_interval) publish();
  arm_timer();
}

void StreamDriver::State::perform(const recovery::Launch& action) {
  parser = {};
  last_sample.reset();
  probe.reset();
  int error_number = 0;
  const Generation generation = action.generation;
  child = ChildProcess::launch(
      executor, spec,
      {.on_progress = [this](std::string_view bytes) { on_progress(bytes); },
       .on_stderr = [this](std::string_view bytes) { on_stderr(bytes); },
       .on_exit = [this, generation](monitor::ExitStatus status) { on_exit(generation, status); }},
      error_number);
  if (!child) {
    events.emplace_back(recovery::LaunchFailed{generation, error_number});
    return;
  }
  launched_at = wall;
  probe.emplace(child->pid());
  next_sample_at = now;
  events.emplace_back(recovery::Launched{generation, child->pid()});
}

void StreamDriver::State::perform(const recovery::Signal& action) {
  if (child) child->signal(action.number);
}

void StreamDriver::State::perform(const recovery::End& action) {
  is_closed = true;
  context.on_end(action.exit_code);
}

void StreamDriver::State::on_progress(std::string_view bytes) {
  begin();
  const Generation generation = core.status().generation;
  for (const monitor::Progress& block : parser.feed(bytes)) {
    last_progress_at = wall;
    take(recovery::ProgressSeen{generation, block});
  }
  finish();
}

void StreamDriver::State::on_stderr(std::string_view bytes) {
  begin();
  stderr_reader.feed(bytes, now);
  finish();
}

void StreamDriver::State::on_exit(Generation generation, monitor::ExitStatus status) {
  begin();
  stderr_reader.end_of_life(now);
  ended_child = std::move(child);
  probe.reset();
  next_sample_at = monitor::never;
  take(recovery::Exited{generation, status, pipeline_state(command)});
  finish();
}

void StreamDriver::State::on_timer() {
  const auto self = shared_from_this();
  const Instant due = std::exchange(armed_for, monitor::never);
  if (is_closed) return;
  // What FFmpeg said in time must be heard before the time is judged.
  if (child) child->drain_progress();
  begin();
  if (now - due > pause_limit) take(recovery::Paused{});
  if (now >= next_sample_at) sample();
  if (now >= stderr_reader.deadline()) stderr_reader.flush(now);
  if (now >= core.next_deadline()) take(recovery::Tick{});
  finish();
}

void StreamDriver::State::sample() {
  next_sample_at = now + limits.sample_interval;
  last_sample = probe->read(now);
  if (last_sample) take(recovery::Sampled{core.status().generation, *last_sample});
}

Instant StreamDriver::State::next_wake() const {
  return std::min({core.next_deadline(), next_sample_at, stderr_reader.deadline()});
}

// The timer is left alone when it is due earlier than needed: most blocks move a deadline back by
// half a second, and a wake-up too early costs less than setting it anew each time.
void StreamDriver::State::arm_timer() {
  const Instant due = next_wake();
  if (is_closed || due >= armed_for) return;
  armed_for = due;
  timer.expires_at(due);
  timer.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    if (error) return;
    if (const auto self = weak.lock()) self->on_timer();
  });
}

void StreamDriver::State::publish() {
  published_at = now;
  has_news = false;
  auto snapshot = std::make_shared<http::StreamSnapshot>();
  snapshot->name = config.name;
  snapshot->command = masked_command;
  snapshot->reports_progress = command.is_ffmpeg();
  snapshot->has_rtmp_output = command.has_rtmp_output();
  snapshot->status = core.status();
  snapshot->totals = ledger.totals();
  snapshot->history = ledger.history();
  snapshot->incidents = ledger.incidents();
  snapshot->last_restart_at = ledger.last_restart_at();
  snapshot->last_progress_at = last_progress_at;
  snapshot->launched_at = launched_at;
  snapshot->auto_recovery_enabled = config.recovery.enabled;
  snapshot->sample = last_sample;
  if (const monitor::Watch* watch = core.watch(); watch != nullptr && core.status().pid) {
    snapshot->progress = watch->evidence().progress;
    snapshot->fps = watch->rates().fps(now);
    snapshot->speed = watch->rates().speed(now);
    snapshot->bitrate_bps = watch->rates().bitrate_bps(now);
    snapshot->baseline_bps = watch->baseline_bps();
  }
  snapshot->log_lines = stderr_reader.gate().lines();
  snapshot->log_lines_suppressed = stderr_reader.gate().suppressed_total();
  context.board.publish(context.index, std::move(snapshot));
}

StreamDriver::StreamDriver(boost::asio::any_io_executor executor, const StreamConfig& config,
                           FfmpegCommand command, Context context)
    : state_(std::make_shared<State>(executor, config, std::move(command), std::move(context))) {
}

StreamDriver::~StreamDriver() {
  state_->is_closed = true;
}

void StreamDriver::start() {
  state_->wake(recovery::StartRequested{});
}
void StreamDriver::shut_down() {
  state_->wake(recovery::StopRequested{.shutdown = true});
}
void StreamDriver::kill() {
  state_->wake(recovery::KillRequested{});
}

}  // namespace supervisor
