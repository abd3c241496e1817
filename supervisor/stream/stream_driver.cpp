#include "supervisor/stream/stream_driver.hpp"

#include <algorithm>
#include <functional>
#include <random>
#include <utility>

#include "supervisor/ffmpeg/pipeline.hpp"
#include "supervisor/stream/stream_state.hpp"

namespace supervisor {

using monitor::Instant;
using monitor::probes::Finding;
using monitor::probes::Reach;
using monitor::probes::Target;
using recovery::Generation;
using recovery::Role;
using recovery::WallTime;
using namespace std::chrono_literals;

namespace {

// A loop this late was not running, and perhaps FFmpeg was not either.
constexpr auto pause_limit = 1s;
// FFmpeg's chatter alone refreshes the board no faster than this.
constexpr auto publish_interval = 250ms;
constexpr monitor::Duration probe_timeout =
    5s;  // a server that is slower is no source for a stream

std::optional<Launchable> make_fallback(const StreamConfig& config,
                                        const StreamDriver::Context& context) {
  if (config.fallback.empty()) return std::nullopt;
  return make_launchable(FfmpegCommand(config.fallback), config.monitor, context.inherited,
                         context.secrets);
}

bool can_be_probed(const std::vector<Target>& targets) {
  return std::any_of(targets.begin(), targets.end(),
                     [](const Target& target) { return target.reach != Reach::unknown; });
}

std::vector<Target> sources_of(const StreamConfig& config, const FfmpegCommand& command) {
  if (config.source_url.empty()) return command.sources();
  return {monitor::probes::source_target(config.source_url, {})};
}

std::vector<Target> sinks_of(const StreamConfig& config, const FfmpegCommand& command) {
  if (config.rtmp_endpoint.empty()) return command.sinks();
  return {monitor::probes::sink_target(config.rtmp_endpoint)};
}

monitor::Limits limits_of(const StreamConfig& config, const Launchable& primary,
                          const std::optional<Launchable>& fallback) {
  const monitor::Limits limits = effective_limits(config.monitor, primary.command);
  return fallback ? effective_limits(limits, fallback->command) : limits;
}

}  // namespace

StreamDriver::State::State(boost::asio::any_io_executor executor_in, const StreamConfig& config_in,
                           Context context_in)
    : executor(executor_in),
      config(config_in),
      context(std::move(context_in)),
      primary(make_launchable(FfmpegCommand(config.command), config.monitor, context.inherited,
                              context.secrets)),
      fallback(make_fallback(config, context)),
      sources(sources_of(config, primary.command)),
      sinks(sinks_of(config, primary.command)),
      core(config.recovery, limits_of(config, primary, fallback),
           {.reports_progress = primary.command.is_ffmpeg(),
            .source_can_be_probed = can_be_probed(sources),
            .advance_proves_source = primary.command.endpoints().inputs.size() == 1,
            .sink_can_be_probed = can_be_probed(sinks),
            .has_fallback = fallback.has_value(),
            .fallback_reports_progress = fallback && fallback->command.is_ffmpeg()},
           std::random_device{}()),
      ledger(config.name, context.max_incidents),
      narrator(context.log, config.name),
      stderr_reader(context.log, context.secrets, config.name,
                    [this](const monitor::Sign& sign, std::string text) {
                      if (config.monitor.witnesses == monitor::Witnesses::progress) return;
                      take(recovery::SignSeen{core.status().generation, sign, std::move(text)});
                    }),
      timer(executor_in) {
  begin();
  resume();
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
    for (const auto& change : ledger.take_anomaly_changes()) narrator.record(change);
    tell_people(step);
    note_in_journal(step);
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
  end_witnesses();
  int error_number = 0;
  const Generation generation = action.generation;
  const Launchable& launchable = present();
  stderr_reader.begin_life(launchable.command.endpoints());
  child = ChildProcess::launch(
      executor, launchable.spec,
      {.on_progress = [this](std::string_view bytes) { on_progress(bytes); },
       .on_stderr = [this](std::string_view bytes) { on_stderr(bytes); },
       .on_exit = [this, generation](monitor::ExitStatus status) { on_exit(generation, status); }},
      error_number);
  if (!child) {
    events.emplace_back(recovery::LaunchFailed{generation, error_number});
    return;
  }
  launched_at = wall;
  if (action.role == Role::primary) primary_launched_at = wall;
  begin_witnesses();
  events.emplace_back(recovery::Launched{generation, child->pid()});
}

void StreamDriver::State::perform(const recovery::Signal& action) {
  if (child) child->signal(action.number);
}

void StreamDriver::State::perform(const recovery::ProbeSource& action) {
  monitor::probes::probe_sources(
      context.outside.executor(), sources, probe_timeout,
      answer<Finding>([number = action.number](State& self, const Finding& finding) {
        return recovery::SourceProbed{number, finding.available, finding.cause,
                                      self.context.secrets.mask(finding.sentence)};
      }));
}

void StreamDriver::State::perform(const recovery::ProbeSink& action) {
  monitor::probes::probe_sinks(
      context.outside.executor(), sinks, probe_timeout,
      answer<Finding>([number = action.number](State& self, const Finding& finding) {
        return recovery::SinkProbed{number, finding.available,
                                    self.context.secrets.mask(finding.sentence)};
      }));
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
  for (const monitor::ContentMark& mark : parser.marks()) {
    take(recovery::ContentSeen{generation, mark});
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
  sample_host();  // the kernel counts those it killed for want of memory
  end_witnesses();
  take(recovery::Exited{generation, status, pipeline_state(present().command)});
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
  if (now >= next_look_at) look_around();
  if (now >= stderr_reader.deadline()) stderr_reader.flush(now);
  if (now >= core.next_deadline()) take(recovery::Tick{});
  finish();
}

Instant StreamDriver::State::next_wake() const {
  return std::min({core.next_deadline(), next_sample_at, next_look_at, stderr_reader.deadline()});
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

StreamDriver::StreamDriver(boost::asio::any_io_executor executor, const StreamConfig& config,
                           Context context)
    : state_(std::make_shared<State>(executor, config, std::move(context))) {
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

void StreamDriver::on_alert_told(bool delivered) {
  state_->ledger.on_alert(delivered);
}

void StreamDriver::on_everybody_told() {
  state_->on_everybody_told();
}

std::vector<std::string> StreamDriver::warnings() const {
  std::vector<std::string> texts = state_->primary.warnings;
  if (!state_->fallback) return texts;
  for (const std::string& text : state_->fallback->warnings) {
    texts.push_back("fallback: " + text);
  }
  return texts;
}

}  // namespace supervisor
