#include "supervisor/stream/stream_driver.hpp"

#include <algorithm>
#include <functional>
#include <random>
#include <utility>

#include "supervisor/ffmpeg/pipeline.hpp"
#include "supervisor/ffmpeg/track_command.hpp"
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
// FFmpeg's chatter alone refreshes the snapshots no faster than this.
constexpr auto publish_interval = 250ms;
constexpr monitor::Duration probe_timeout =
    5s;  // a server that is slower is no source for a stream

}  // namespace

StreamDriver::State::State(boost::asio::any_io_executor executor_in, StreamParts parts,
                           Context context_in)
    : executor(executor_in),
      config(parts.config),
      context(std::move(context_in)),
      primary(parts.primary),
      fallback(parts.fallback),
      living(parts.primary),
      sources(parts.sources),
      sinks(parts.sinks),
      core(config.recovery, parts.setup().limits, parts.setup().command, std::random_device{}()),
      recorder(config.name, context.max_incidents),
      event_log(context.log, config.name),
      stderr_reader(context.log, context.secrets, config.name,
                    [this](const monitor::Sign& sign, std::string text) {
                      if (config.monitor.witnesses == monitor::Witnesses::progress) return;
                      take(recovery::SignSeen{core.status().generation, sign, std::move(text)});
                    }),
      timer(executor_in) {
  begin();
  begin_tracks();
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
    event_log.record(event, step, core.status());
    recorder.record(event, step, core.status(), now, wall);
    for (const auto& change : recorder.take_anomaly_changes()) event_log.record(change);
    dispatch_alerts(step);
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
  living = action.role == Role::primary ? primary : fallback;
  if (has_values && action.role == Role::primary) fill_in_track();
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
      context.io_thread.executor(), sources, probe_timeout,
      answer<Finding>([number = action.number](State& self, const Finding& finding) {
        return recovery::SourceProbed{number, finding.available, finding.cause,
                                      self.context.secrets.mask(finding.sentence)};
      }));
}

void StreamDriver::State::perform(const recovery::ProbeSink& action) {
  monitor::probes::probe_sinks(
      context.io_thread.executor(), sinks, probe_timeout,
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
    take(recovery::Observed{generation, mark});
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

// The child that runs goes on under the command it was launched with.
void StreamDriver::State::reconfigure(StreamParts parts, bool primary_changed,
                                      bool fallback_changed) {
  recovery::Reconfigured event{parts.setup(), primary_changed, fallback_changed};
  const bool is_other_station = config.azuracast != parts.config.azuracast ||
                                config.tracks != parts.config.tracks ||
                                hears_azuracast(config) != hears_azuracast(parts.config);
  config = std::move(parts.config);
  primary = std::move(parts.primary);
  fallback = std::move(parts.fallback);
  sources = std::move(parts.sources);
  sinks = std::move(parts.sinks);
  if (primary_changed) is_closed = false;  // a new command may run where the old one was wrong
  has_values = hears_azuracast(config) && has_placeholders(config.command);
  if (has_values && living && core.status().role == Role::primary) {
    sources = sources_of(config, living->command);  // as they are of the present track
  }
  if (is_other_station) {
    begin_tracks();
    station->start();
  }
  wake(std::move(event));
  is_closed = core.status().ended;
}

StreamDriver::StreamDriver(boost::asio::any_io_executor executor, StreamParts parts,
                           Context context)
    : state_(std::make_shared<State>(executor, std::move(parts), std::move(context))) {
}

StreamDriver::~StreamDriver() {
  state_->is_closed = true;
}

void StreamDriver::start() {
  state_->start();
}

bool StreamDriver::hear(const monitor::NowPlaying& report, bool is_only) {
  const bool takes = !state_->is_closed && (is_only || hears_azuracast(state_->config));
  return takes && state_->station->hear(report);
}

void StreamDriver::shut_down() {
  state_->awaits_track.reset();
  state_->wake(recovery::StopRequested{.shutdown = true});
}

void StreamDriver::remove() {
  state_->wake(recovery::StopRequested{.removed = true});
}

void StreamDriver::reconfigure(StreamParts parts, bool primary_changed, bool fallback_changed) {
  state_->reconfigure(std::move(parts), primary_changed, fallback_changed);
}

void StreamDriver::kill() {
  state_->awaits_track.reset();
  state_->wake(recovery::KillRequested{});
}

void StreamDriver::on_alert_result(bool delivered) {
  state_->recorder.on_alert(delivered);
}

void StreamDriver::on_all_delivered() {
  state_->on_all_delivered();
}

void StreamDriver::redeliver() {
  const auto& alert = state_->recorder.alert();
  if (alert && !(alert->ends_at && alert->told)) state_->redeliver(*alert);
}

bool StreamDriver::has_ended() const {
  return state_->core.status().ended;
}

const StreamConfig& StreamDriver::config() const {
  return state_->config;
}

recovery::PersistedState StreamDriver::past() const {
  recovery::PersistedState past = state_->persisted_state();
  past.incidents = *state_->recorder.incidents();
  if (past.escalation && past.escalation->ends_at) past.escalation.reset();  // on its way
  return past;
}

}  // namespace supervisor
