#include "supervisor/stream/stream_driver.hpp"

#include <algorithm>
#include <cerrno>
#include <random>
#include <utility>

#include "monitor/probes/endpoint_probe.hpp"
#include "supervisor/child/child_process.hpp"
#include "supervisor/stream/stream_snapshot.hpp"
#include "supervisor/stream/stream_state.hpp"

namespace supervisor {

using monitor::Instant;
using monitor::probes::Finding;
using recovery::Role;
using namespace std::chrono_literals;

namespace {

// A loop this late was not running, and perhaps FFmpeg was not either.
constexpr auto pause_limit = 1s;
// FFmpeg's chatter alone refreshes the snapshots no faster than this.
constexpr auto publish_interval = 250ms;
// Each time half of HTTP's connections are closed.
constexpr unsigned free_descriptors_limit = 4;
// A server that is slower is no source for a stream.
constexpr monitor::Duration probe_timeout = 5s;

}  // namespace

StreamDriver::State::State(StreamParts parts, Context context)
    : context_(std::move(context)),
      launch_(context_.seams.launch ? context_.seams.launch
                                    : process_launcher(context_.services.loop.executor())),
      parts_(std::move(parts)),
      core_(parts_.config.recovery, parts_.setup().limits, parts_.setup().command,
            std::random_device{}()),
      recorder_(parts_.config.name, context_.max_incidents),
      alert_(context_.alerts, parts_.config.name,
             {.on_result = [this](bool delivered) { recorder_.on_alert(delivered); },
              .on_all_delivered = [this] { note_alert_in_journal(); }}),
      event_log_(context_.services.log, parts_.config.name),
      tracks_(parts_, context_.services, context_.seams.clock, context_.seams.files,
              {.on_boundary = [this] { wake(recovery::TrackChanged{}); },
               .on_change = [this] { wake_up([this] { has_news_ = true; }); }}),
      now_(context_.seams.clock.now()),
      wall_(context_.seams.clock.wall()),
      timer_(context_.seams.clock.make_timer(context_.services.loop.executor())) {
  resume();
  publish();
}

// ------------------------------------------------------------------------------- the loop

void StreamDriver::State::wake(recovery::Event event) {
  wake_up([this, &event] { take(std::move(event)); });
}

void StreamDriver::State::take(recovery::Event event) {
  has_news_ = true;
  note_request(event);
  events_.take(std::move(event), [this](const recovery::Event& next) { step(next); });
}

void StreamDriver::State::step(const recovery::Event& event) {
  const bool is_of_no_process =
      std::holds_alternative<recovery::Exited>(event) && life_ && !life_->command();
  const recovery::Step step = core_.step(event, now_);
  // Actions first: observers can wait until the next child runs.
  for (const recovery::Action& action : step.actions) {
    std::visit([this](const auto& what) { perform(what); }, action);
  }
  const recovery::Status status = core_.status();
  if (held_) follow_encoder(status);
  // The log knows nothing of a child that was never launched.
  event_log_.record(is_of_no_process ? recovery::Event(recovery::Tick{}) : event, step, status);
  recorder_.record(event, step, status, now_, wall_);
  for (const auto& change : recorder_.take_anomaly_changes()) event_log_.record(change);
  alert_.on(step.notices, wall_, parts_.servers);
  note_in_journal(step);
}

void StreamDriver::State::finish() {
  ended_lives_.clear();
  if (life_) life_->release_ended_child();
  if (held_ && has_news_) show_title();
  if (parts_.held && parts_.fallback) follow_standby();
  if (has_news_ || now_ - published_at_ >= publish_interval) publish();
  arm_timer();
}

void StreamDriver::State::publish() {
  published_at_ = now_;
  has_news_ = false;
  context_.services.snapshots.publish(context_.place,
                                      make_snapshot({.parts = parts_,
                                                     .core = core_,
                                                     .recorder = recorder_,
                                                     .held = held_.get(),
                                                     .life = life_.get(),
                                                     .tracks = tracks_,
                                                     .log_gate = log_gate_,
                                                     .last_progress_at = last_progress_at_,
                                                     .launched_at = launched_at_,
                                                     .watched = watched_},
                                                    now_));
}

// Whatever comes first shows it: a block that FFmpeg wrote meanwhile would move the timer.
void StreamDriver::State::note_pause() {
  if (is_closed_ || armed_for_ == monitor::never || now_ - armed_for_ <= pause_limit) return;
  watched_.pause(now_ - std::exchange(armed_for_, monitor::never), wall_);
  take(recovery::Paused{});
}

void StreamDriver::State::on_timer() {
  const auto self = shared_from_this();
  if (is_gone_) return;
  if (is_closed_) {
    return wake_up([this] {
      armed_for_ = monitor::never;
      if (now_ >= core_.next_deadline()) take(recovery::Tick{});
    });
  }
  // What FFmpeg wrote in time is read before the time is judged.
  if (life_) life_->drain_progress();
  wake_up([this] {
    armed_for_ = monitor::never;
    tracks_.check();
    check_life();
    if (now_ >= core_.next_deadline()) take(recovery::Tick{});
  });
}

// What has ended for good may still be due to be told to a person.
Instant StreamDriver::State::next_wake() const {
  if (is_closed_) return std::max(now_, core_.next_deadline());
  const Instant of_life = life_ ? life_->deadline() : monitor::never;
  return std::max(now_, std::min({core_.next_deadline(), of_life, tracks_.deadline()}));
}

// Most blocks move what is due back by half a second: to set the timer anew is one call, a wake-up
// in vain would be several.
void StreamDriver::State::arm_timer() {
  const Instant due = next_wake();
  if (is_gone_ || due == armed_for_ || due == monitor::never) return;
  armed_for_ = due;
  timer_->set(due, [this] { on_timer(); });
}

// ------------------------------------------------------------------------------- actions

void StreamDriver::State::perform(const recovery::Launch& action) {
  if (life_) {
    refusals_.add(life_->refused(), context_.services.log, config().name);
    ended_lives_.push_back(std::move(life_));
  }
  if (action.role == Role::primary) begin_outputs();
  awaits_turn_ = awaits_descriptors_ = false;
  freed_descriptors_ = 0;
  life_ = std::make_unique<ChildLife>(action.generation, action.role, parts_, context_.services,
                                      log_gate_, core_,
                                      [this](recovery::Event event) { wake(std::move(event)); });
  if (held_) take(recovery::Observed{action.generation, held_->reports()});
  tracks_.prepare(action.role == Role::primary ? parts_.primary : parts_.fallback, action.role,
                  [this](std::shared_ptr<const PreparedCommand> command) {
                    wake_up([&] { launch_in_turn(std::move(command)); });
                  });
}

void StreamDriver::State::launch_in_turn(std::shared_ptr<const PreparedCommand> command) {
  if (context_.launches == nullptr) return launch(std::move(command));
  awaits_turn_ = true;
  context_.launches->put([state = weak_from_this(), command = std::move(command),
                          generation = life_->generation()] {
    const auto self = state.lock();
    const bool is_wanted =
        self && self->awaits_turn_ && !self->is_closed_ && self->life_->generation() == generation;
    if (!is_wanted) return;
    self->awaits_turn_ = false;
    self->wake_up([&] { self->launch(command); });
  });
}

void StreamDriver::State::launch(std::shared_ptr<const PreparedCommand> command) {
  ChildLife& life = *life_;
  int error_number = 0;
  command = refusals_.leave_out(std::move(command), config().monitor);
  std::shared_ptr<const PreparedCommand> connected = command;
  if (held_) connected = held_->connect(*command, error_number);
  const bool is_launched =
      connected && life.launch(launch_, connected, handlers_of(life), error_number);
  if (held_) held_->release_pipes();
  if (!is_launched) {
    if (launch_with_freed_descriptors(std::move(command), error_number)) return;
    return take(recovery::LaunchFailed{life.generation(), error_number, life.program()});
  }
  if (life.role() == Role::primary) journal_notes_.on_launch(wall_);
}

// A launch is more important than any client of HTTP. The core learns of it only where that does
// not help.
bool StreamDriver::State::launch_with_freed_descriptors(
    std::shared_ptr<const PreparedCommand> command, int error_number) {
  const bool is_shortage = error_number == EMFILE || error_number == ENFILE;
  if (!is_shortage || !context_.free_descriptors) return false;
  if (freed_descriptors_ == free_descriptors_limit) return false;
  ++freed_descriptors_;
  awaits_descriptors_ = true;
  context_.free_descriptors(context_.services.loop.callback(
      weak_from_this(),
      [command = std::move(command), generation = life_->generation()](State& state) {
        const bool is_wanted = state.awaits_descriptors_ && !state.is_closed_ &&
                               state.life_->generation() == generation;
        if (!is_wanted) return;
        state.awaits_descriptors_ = false;
        state.wake_up([&] { state.launch(command); });
      }));
  return true;
}

// They end with the child, which ends with the life, which this owns.
ChildHandlers StreamDriver::State::handlers_of(ChildLife& life) {
  return {
      .on_executed =
          [this, &life](int error_number) { wake_up([&] { on_executed(life, error_number); }); },
      .on_progress =
          [this, &life](std::string_view bytes) {
            wake_up([&] {
              if (life.on_progress(bytes, now_)) last_progress_at_ = wall_;
            });
          },
      .on_progress_end = [this, &life] { wake_up([&] { life.on_progress_end(now_); }); },
      .on_stderr =
          [this, &life](std::string_view bytes) { wake_up([&] { life.on_stderr(bytes, now_); }); },
      .on_exit = [this, &life](
                     monitor::ExitStatus status) { wake_up([&] { life.on_exit(status, now_); }); },
  };
}

void StreamDriver::State::on_executed(ChildLife& life, int error_number) {
  if (error_number == 0) {
    launched_at_ = wall_;
  } else if (life.role() == Role::primary) {
    journal_notes_.on_launch_failed();
  }
  life.on_executed(error_number, now_);
}

void StreamDriver::State::check_life() {
  if (!life_) return;
  life_->check(now_);
  if (warned_of_witness_ || !life_->probes()) return;
  const std::string trouble = life_->probes()->trouble();
  if (trouble.empty()) return;
  warned_of_witness_ = true;
  context_.services.log.write(LogLevel::warning, "witness_unavailable", config().name, trouble);
}

// A launch that is still being prepared has no process: it ends at once.
void StreamDriver::State::perform(const recovery::Signal& action) {
  if (tracks_.abandon_preparation() || std::exchange(awaits_turn_, false) ||
      std::exchange(awaits_descriptors_, false)) {
    return take(recovery::Exited{life_->generation(), {.code = {}, .signal = action.number}});
  }
  if (held_) held_->retire_encoder();
  if (life_) life_->signal(action.number, now_);
}

template <class EventOf>
auto StreamDriver::State::answer(EventOf event_of) {
  return context_.services.loop.callback(
      weak_from_this(), [event_of](State& state, const Finding& finding) {
        if (state.is_closed_) return;
        state.wake(event_of(finding, state.context_.services.secrets.mask(finding.sentence)));
      });
}

void StreamDriver::State::perform(const recovery::ProbeSource& action) {
  monitor::probes::probe_sources(
      context_.services.io_thread.executor(), sources(), probe_timeout,
      answer([number = action.number](const Finding& finding, std::string sentence) {
        return recovery::SourceProbed{number,
                                      {.answer = finding.answer,
                                       .cause = finding.cause,
                                       .sentence = std::move(sentence),
                                       .is_local = finding.is_local,
                                       .is_finite = finding.is_finite,
                                       .retry_after = finding.retry_after}};
      }));
}

void StreamDriver::State::perform(const recovery::ProbeSink& action) {
  monitor::probes::probe_sinks(
      context_.services.io_thread.executor(),
      action.output.empty() ? parts_.sinks : parts_.sink_of(action.output), probe_timeout,
      answer([number = action.number, output = action.output](const Finding& finding,
                                                              std::string sentence) {
        return recovery::SinkProbed{number, finding.available, std::move(sentence), output};
      }));
}

// Those of the track on air, where the command has its words.
std::vector<monitor::probes::Target> StreamDriver::State::sources() const {
  const PreparedCommand* filled = tracks_.filled_command();
  return filled ? sources_of(parts_.config, filled->command) : parts_.sources;
}

void StreamDriver::State::perform(const recovery::End& action) {
  if (held_) {
    exit_code_ = action.exit_code;  // once the outputs have ended
    return;
  }
  set_closed(true);
  context_.on_end(action.exit_code);
}

void StreamDriver::State::set_closed(bool is_closed) {
  is_closed_ = is_closed;
  tracks_.set_ended(is_closed);
}

// ------------------------------------------------------------------------------- requests

// FFmpeg is launched before AzuraCast is asked: what must wait for a track does so by itself.
void StreamDriver::State::start() {
  wake(recovery::StartRequested{});
  tracks_.start();
}

// The child that runs goes on under the command it was launched with.
void StreamDriver::State::reconfigure(StreamParts parts, bool primary_changed,
                                      bool fallback_changed) {
  // Its outputs are launched anew by themselves.
  if (held_ && parts.held) primary_changed = !has_same_encoder(parts);
  recovery::Reconfigured event{parts.setup(), primary_changed, fallback_changed};
  parts_ = std::move(parts);
  reconfigure_outputs();
  if (primary_changed) refusals_.clear();  // it may be another FFmpeg
  if (primary_changed) set_closed(false);  // a new command may run where the old one was wrong
  tracks_.reconfigure();
  wake_up([&] {
    if (life_) life_->adjust_intervals(now_);
    take(std::move(event));
    // What was said of an output before the core knew of it.
    if (held_ && life_) take(recovery::Observed{life_->generation(), held_->reports()});
  });
  set_closed(core_.status().ended);
}

bool StreamDriver::State::on_now_playing(const monitor::NowPlaying& report, bool is_only,
                                         bool is_trusted) {
  const bool takes = !is_closed_ && (is_only || uses_azuracast(config()));
  return takes && tracks_.on_now_playing(report, is_trusted);
}

StreamDriver::StreamDriver(StreamParts parts, Context context)
    : state_(std::make_shared<State>(std::move(parts), std::move(context))) {
}

StreamDriver::~StreamDriver() {
  state_->leave();
}

void StreamDriver::start() {
  state_->start();
}

void StreamDriver::shut_down() {
  state_->wake(recovery::StopRequested{.shutdown = true});
}

void StreamDriver::remove() {
  state_->wake(recovery::StopRequested{.removed = true});
}

void StreamDriver::kill() {
  state_->kill();
}

void StreamDriver::reconfigure(StreamParts parts, bool primary_changed, bool fallback_changed) {
  state_->reconfigure(std::move(parts), primary_changed, fallback_changed);
}

bool StreamDriver::on_now_playing(const monitor::NowPlaying& report, bool is_only,
                                  bool is_trusted) {
  return state_->on_now_playing(report, is_only, is_trusted);
}

bool StreamDriver::has_ended() const {
  return state_->status().ended;
}

const StreamConfig& StreamDriver::config() const {
  return state_->config();
}

std::size_t StreamDriver::children_at_most() const {
  return state_->children_at_most();
}

recovery::PersistedState StreamDriver::past() const {
  return state_->past();
}

}  // namespace supervisor
