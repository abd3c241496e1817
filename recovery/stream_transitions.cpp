// On air and off it, what follows a fault, and the end of a child.

#include <algorithm>
#include <string>
#include <utility>

#include "monitor/text/sentence.hpp"
#include "recovery/stream_core.hpp"

namespace recovery {

using monitor::Cause;
using monitor::Component;
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
  reporter_.open_off_air(verdict, health_.last_good_at(), *life_.launched_at, now_);
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
  reporter_.alert(verdict, std::move(reason), now_);
}

Instant StreamCore::alert_due_at() const {
  if (reporter_.is_alerted()) return monitor::never;
  return outage_.lasts_for(setup_.policy.alert_after);
}

// The time that it is off air by request is no fault's.
void StreamCore::resolve_open_incident(const char* reason) {
  reporter_.close_off_air(now_);
  reporter_.resolve({.on_air = false, .off_air_for = outage_.in_all(now_)});
  outage_.forget();
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
    reporter_.decide(DecisionKind::none, "Recovery is switched off: " + reason_of(verdict));
    planner_.escalate(verdict, "Recovery is switched off", context());
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
