#include <algorithm>
#include <string>
#include <utility>

#include "monitor/backoff.hpp"
#include "monitor/text/sentence.hpp"
#include "recovery/stream_core.hpp"

namespace recovery {

using monitor::Cause;
using monitor::Component;
using monitor::Fault;
using monitor::Verdict;

namespace {
constexpr Duration aired_for = 3s;  // what had been on air so long was there
}

bool StreamCore::is_present(Generation generation) const {
  if (life_.ended || generation != life_.generation) return false;
  return child_runs() || is(State::stopping);
}

bool StreamCore::child_runs() const {
  return is(State::starting) || is(State::on_air) || is(State::fallback) || waits_in_place();
}

// Without a child it waits by its plan.
bool StreamCore::waits_in_place() const {
  if (is(State::waiting_for_receiver)) return true;
  return is(State::waiting_for_source) && !plan_.awaits_source();
}

bool StreamCore::reports_progress() const {
  return life_.role == Role::primary ? setup_.command.reports_progress
                                     : setup_.command.fallback_reports_progress;
}

// ---------------------------------------------------------------------------- detection

void StreamCore::check_progress() {
  // What comes out went in: no look at the source tells more.
  if (waits_in_place() && setup_.command.advance_proves_source) {
    planner_.watch_source(setup_.policy, now_);
  }
  if (is(State::starting) || waits_in_place()) {
    // Output is not enough while something else holds the stream off air.
    const bool sink_is_back = !planner_.sink().needs_proof(life_.verdict) ||
                              detection_.sink_is_proven(setup_.limits.sink_stall_timeout, now_);
    if (!suffices(reception(), Act::come_on_air, now_)) return check_connection();
    if (!detection_.holds_off_air(now_) && sink_is_back) come_on_air();
    check_detectors();  // for what was found before
  }
  check_health();
}

// Output that no connection carries reaches nowhere. What a published output lacks its own
// supervision says, and another launch of the encoder would not bring it.
void StreamCore::check_connection() {
  if (detection_.watch()->outputs().publishes()) return;
  const Duration lasted = now_ - *detection_.evidence().first_advance;
  if (!is(State::starting) || lasted < setup_.limits.sink_stall_timeout) return;
  on_fault({Cause::sink_unreachable, true,
            monitor::sentence("FFmpeg has put out for %.1f s, and none of its outputs has had a "
                              "connection since the launch.",
                              monitor::seconds(lasted))});
}

// That what comes out reaches a receiver. An output that cannot be seen shows it by its advance.
Proof StreamCore::reception() const {
  if (setup_.command.connects_output) return detection_.output_is_connected(now_);
  return {monitor::Strength::likely, now_};
}

void StreamCore::check_detectors() {
  if (!child_runs() || waits_in_place() || detection_.is_muted()) return;
  if (is(State::fallback)) return check_fallback();
  const std::vector<Fault> faults = detection_.check(now_);
  if (const Fault* fault = Detection::off_air_fault(faults)) {
    on_fault(*fault);
  } else if (is(State::on_air)) {
    update_warnings(faults);
  } else if (is(State::starting)) {
    warn_of_start(faults);
  }
}

// FFmpeg is at work and has put out nothing yet; it is left alone.
void StreamCore::warn_of_start(const std::vector<Fault>& faults) {
  const auto late = std::ranges::find(faults, Cause::encoder_frozen, &Fault::cause);
  if (late == faults.end() || life_.failed) return;
  reporter_.warn(*late, detection_.diagnose(*late, now_, setup_.command.reports_progress),
                 health_.last_good_at().value_or(*life_.launched_at), now_);
}

// At each advance; of a command without progress at each tick.
void StreamCore::check_health() {
  if (!is(State::on_air)) return;
  health_.advance(now_);
  if (setup_.command.advance_proves_source) planner_.watch_source(setup_.policy, now_);
  if (health_.has_lasted(now_)) {
    planner_.on_lasting();
    replaced_ = 0;
  }
  if (!health_.becomes_healthy(setup_.policy.restart_cooldown, now_)) return;
  planner_.on_healthy();
  output_return_.on_healthy();
  reporter_.resolve();
}

// A stream can have a frame each 9 s. While its only input delivers, a look, with the input's
// credentials, tells no more.
void StreamCore::check_source(const monitor::Observation& what) {
  if (!is(State::on_air) || !setup_.command.advance_proves_source) return;
  if (!std::holds_alternative<monitor::ConnectionSamples>(what)) return;
  if (detection_.watch()->source_delivers(now_)) planner_.watch_source(setup_.policy, now_);
}

void StreamCore::on_fault(const Fault& fault) {
  const Instant last_advance = detection_.evidence().last_advance;
  const Instant began = std::min(last_advance, fault.since.value_or(last_advance));
  health_.backdate(began);
  reporter_.notify(FaultDetected{fault, now_ - began});
  Verdict verdict = detection_.diagnose(fault, now_, setup_.command.reports_progress);
  const std::optional<State> wait = rightful_wait(verdict);
  if (wait) name_what_is_awaited(verdict);
  go_off_air(verdict);
  const Proof of_a_hang{wait ? monitor::Strength::possible : fault.strength, now_};
  if (wait && !suffices(of_a_hang, detection_.ending_for(fault), now_)) {
    return wait_in_place(*wait, verdict);
  }
  if (setup_.policy.enabled) return begin_stop({Plan::Kind::recover});
  // Reported, without an action: on air again when it advances by itself.
  life_.state = State::starting;
  detection_.mute();
  reporter_.decide(DecisionKind::none, "recovery is switched off: " + fault.sentence);
  planner_.escalate(*life_.verdict, "recovery is switched off", context());
}

void StreamCore::on_end(Pipeline pipeline) {
  const monitor::Evidence& evidence = detection_.evidence();
  const Verdict verdict = detection_.diagnose(std::nullopt, now_, setup_.command.reports_progress);
  // EPIPE on stdout counts as success, as for `ffmpeg | head`.
  const bool is_meant = is(State::on_air) && is_own_end(setup_.command.own_end, evidence, now_);
  const bool well =
      is_meant || monitor::ended_well(evidence) || pipeline == Pipeline::output_closed;
  const bool is_last = setup_.policy.restart != Restart::always || pipeline != Pipeline::open;
  if (well && is_last) {
    if (is(State::on_air)) health_.settle(!setup_.command.reports_progress, now_);
    reporter_.close_warnings({}, now_);
    return end(0);
  }
  if (is_meant && setup_.policy.enabled && leaving_ == Leaving::no) return begin_anew();
  go_off_air(verdict);
  const Proof of_a_wrong_command{monitor::permanence(evidence), now_};
  if (primary_ != CommandTrial::was_on_air && suffices(of_a_wrong_command, Act::give_up, now_)) {
    return end(exit_code::command_invalid);
  }
  if (pipeline == Pipeline::input_ended) return end(exit_code::gave_up);
  recover(verdict);
}

// The command has come to the end that it was meant to have.
void StreamCore::begin_anew() {
  health_.settle(!setup_.command.reports_progress, now_);
  health_.leave_air(true);
  reporter_.close_warnings({}, now_);
  life_.verdict.reset();
  const Duration life = now_ - *life_.launched_at;
  const Duration delay = std::max<Duration>(between_own_ends - life, Duration::zero());
  reporter_.decide(DecisionKind::restart_ffmpeg, "the command has come to its own end", delay);
  reporter_.notify(RestartedOnPurpose{Cause::restart_requested});
  life_.state = State::cooling_down;
  follow(Plan::launch_in(delay, now_));
}

void StreamCore::update_warnings(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    if (setup_.policy.enabled && restarts_on(fault)) return on_fault(fault);
  }
  await_lost_outputs(faults);
  reporter_.close_warnings(faults, now_);
  for (const Fault& fault : faults) {
    reporter_.warn(fault, detection_.diagnose(fault, now_, setup_.command.reports_progress),
                   health_.last_good_at().value_or(now_), now_);
  }
  life_.verdict.reset();
  if (open_incidents().empty()) return;
  const Incident& gravest = open_incidents().front();
  life_.verdict = Verdict{gravest.cause, gravest.evidence};
  life_.verdict->output = gravest.output;
}

bool StreamCore::restarts_on(const Fault& warning) const {
  if (monitor::is_dead_air(warning.cause)) {
    return setup_.limits.content.action == monitor::OnDeadAir::restart ||
           fallback_.takes_over_from(warning.cause, setup_);
  }
  return warning.cause == Cause::bitrate_drop &&
         setup_.limits.bitrate_drop.action == monitor::OnWarning::restart;
}

// ---------------------------------------------------------------------------- on and off air

void StreamCore::come_on_air() {
  life_.state = State::on_air;
  life_.failed = false;
  life_.verdict.reset();
  primary_ = CommandTrial::was_on_air;
  const CameOnAir notice{health_.come_on_air(now_)};
  if (setup_.command.reports_progress) {
    planner_.note_source(true, "FFmpeg puts out what it reads.", reporter_);
  }
  planner_.watch_source(setup_.policy, now_);
  planner_.sink().on_air();
  detection_.unmute(now_);
  reporter_.notify(notice);
  reporter_.close_off_air(now_);
}

void StreamCore::go_off_air(const Verdict& verdict) {
  const bool was_on_air = is(State::on_air);
  // Without progress its end is the only sign of when it was last good.
  if (was_on_air && !setup_.command.reports_progress) check_health();
  health_.settle(false, now_);
  health_.leave_air(false);
  life_.failed = true;
  life_.verdict = verdict;
  if (was_on_air) reporter_.notify(WentOffAir{verdict.cause});
  if (monitor::component_of(verdict.cause) == Component::source) {
    planner_.note_source(false, verdict.evidence.front(), reporter_);
  }
  reporter_.close_warnings({}, now_);
  reporter_.open_off_air(verdict, health_.last_good_at().value_or(*life_.launched_at), now_);
}

// A stream that has failed for good is off air, too, where others keep the program alive.
Outage::Air StreamCore::air() const {
  const bool is_asked = is(State::stopping) && plan_.kind == Plan::Kind::stop;
  const bool is_over = leaving_ != Leaving::no || (is(State::stopped) && !life_.failed);
  if (is(State::on_air) || is_asked || is_over) return Outage::Air::as_wanted;
  return health_.covered_since() ? Outage::Air::covered : Outage::Air::off;
}

void StreamCore::alert_if_due() {
  outage_.follow(air(), health_.last_good_at(), now_);
  if (now_ < alert_due_at()) return;
  const double lasted = monitor::seconds(now_ - *outage_.since());
  const Verdict verdict = life_.verdict.value_or(Verdict{
      Cause::encoder_frozen,
      {monitor::sentence("FFmpeg has put out nothing for %.0f s since its launch.", lasted)}});
  std::string reason =
      reason_of(verdict) + monitor::sentence(" It has been off air for %.0f s.", lasted);
  if (fallback_.on_air_since()) reason += " The fallback is on air.";
  reporter_.alert(verdict, std::move(reason));
}

Instant StreamCore::alert_due_at() const {
  if (reporter_.is_alerted()) return monitor::never;
  return outage_.lasts_for(setup_.policy.alert_after);
}

// The time that it is off air by request is no fault's.
void StreamCore::resolve_open_incident(const char* reason) {
  reporter_.close_off_air(now_);
  reporter_.resolve();
  health_.forget();
  life_.verdict.reset();
  reporter_.decide(DecisionKind::none, reason);
}

// ---------------------------------------------------------------------------- what follows

// A child of the primary is gone, by itself or by us, and the stream is off air.
void StreamCore::recover(const Verdict& verdict) {
  const Policy& policy = setup_.policy;
  life_.state = State::cooling_down;  // whatever it was being stopped for, nothing runs now
  if (leaving_ != Leaving::no) return finish_stop();
  if (policy.restart == Restart::never) return end(exit_code::gave_up);
  if (!policy.enabled) {
    reporter_.decide(DecisionKind::none, "recovery is switched off: " + reason_of(verdict));
    planner_.escalate(verdict, "recovery is switched off", context());
    return rest(true);
  }
  if (fallback_.takes_over_from(verdict.cause, setup_)) {
    // Only the primary itself can show that the source carries something again.
    reporter_.decide(DecisionKind::restart_ffmpeg, reason_of(verdict), policy.restart_cooldown);
    return follow(Plan::launch_in(policy.restart_cooldown, now_));
  }
  const monitor::Evidence& evidence = detection_.evidence();
  const Instant first = evidence.first_advance.value_or(evidence.last_advance);
  follow(
      planner_.after_fault(verdict,
                           {.name_in_use = monitor::name_is_in_use(evidence),
                            .advanced = evidence.first_advance || !setup_.command.reports_progress,
                            .aired = evidence.last_advance - first >= aired_for},
                           context()));
}

// The fallback may be on air, or about to leave it: then it stays until the time has come.
void StreamCore::follow(const std::optional<Plan>& plan) {
  if (!plan) return;
  if (plan->kind == Plan::Kind::launch) return launch_in_place_of_fallback();
  if (plan->kind == Plan::Kind::give_up) return give_up();
  plan_ = *plan;
  if (is(State::fallback) || is(State::stopping)) return;
  life_.state = plan_.awaits_source() ? State::waiting_for_source : State::cooling_down;
}

// Escalated, and `on_exhausted` does not want it tried any more.
void StreamCore::give_up() {
  if (leaving_ != Leaving::no) return finish_stop();
  if (is(State::stopping) && life_.pid) return stop_then({Plan::Kind::give_up});
  if (is(State::fallback)) return begin_stop({Plan::Kind::give_up});
  if (setup_.policy.on_exhausted == OnExhausted::exit) return end(exit_code::gave_up);
  rest(true);
}

void StreamCore::launch_in_place_of_fallback() {
  if (is(State::stopping)) return stop_then({Plan::Kind::launch});
  if (is(State::fallback)) return begin_stop({Plan::Kind::launch});
  launch();
}

void StreamCore::launch() {
  plan_ = {};
  planned_.on_launch();
  planner_.on_launch(now_);
  start_child(Role::primary);
}

void StreamCore::start_child(Role role) {
  ++life_.generation;
  life_.role = role;
  life_.state = role == Role::primary ? State::starting : State::fallback;
  life_.launched_at = now_;
  health_.begin(now_);
  detection_.begin(setup_.limits, reports_progress(), now_, outputs());
  reporter_.act(Launch{life_.generation, role});
}

void StreamCore::restart_if_due(bool at_track_change) {
  if (!is(State::on_air)) return;
  const auto due = planned_.due(setup_.policy, *life_.launched_at, at_track_change, now_);
  if (!due) return;
  if (!due->reason.empty()) reporter_.decide(DecisionKind::restart_ffmpeg, due->reason);
  reporter_.notify(RestartedOnPurpose{due->cause});
  begin_stop({Plan::Kind::launch}, false, true);
}

// ---------------------------------------------------------------------------- the end

void StreamCore::begin_stop(const Plan& then, bool without_grace, bool keeps_well) {
  if (is(State::on_air)) {
    // With progress, on air is settled at each advance: the rest is silence.
    health_.settle(!setup_.command.reports_progress, now_);
    health_.leave_air(keeps_well);
  }
  life_.state = State::stopping;
  stop_then(then);
  const auto& sample = detection_.evidence().sample;
  const bool cannot_act = sample && monitor::is_stopped(*sample);
  send(stop_ladder_.begin(without_grace || cannot_act, now_));
}

void StreamCore::send(std::optional<int> signal) {
  if (signal) reporter_.act(Signal{life_.generation, *signal});
}

void StreamCore::on_child_gone() {
  fallback_.leave_air();
  switch (plan_.kind) {
    case Plan::Kind::recover:
      return recover(*life_.verdict);
    case Plan::Kind::launch:
      return launch();
    case Plan::Kind::at_time:
    case Plan::Kind::source:
      return on_fallback_end();
    case Plan::Kind::give_up:
      return give_up();
    case Plan::Kind::reject:
      // A reload may have brought an output with another command meanwhile.
      if (!detection_.watch()->outputs().are_all_wrong()) return launch();
      return end(exit_code::command_invalid);
    case Plan::Kind::none:
    case Plan::Kind::resume:
    case Plan::Kind::stop:
      return finish_stop();
  }
}

void StreamCore::finish_stop() {
  reporter_.close_warnings({}, now_);
  if (leaving_ == Leaving::removed) resolve_open_incident("removed from the configuration");
  if (leaving_ == Leaving::no) resolve_open_incident("stop requested");
  rest(false);
  if (leaving_ != Leaving::no) end(0);
}

// No child, and none by itself; the supervisor stays and reports.
void StreamCore::rest(bool failed) {
  life_.state = State::stopped;
  life_.failed = failed;
  health_.leave_air(false);
  fallback_.leave_air();
  plan_ = {};
  planner_.rest();
}

void StreamCore::end(int exit_code) {
  rest(exit_code != 0);
  life_.ended = true;
  reporter_.act(End{exit_code});
}

}  // namespace recovery
