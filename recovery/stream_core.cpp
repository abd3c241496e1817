#include "recovery/stream_core.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace recovery {

using monitor::Cause;
using monitor::Component;
using monitor::Fault;
using monitor::Verdict;

StreamCore::StreamCore(const Policy& policy, const monitor::Limits& limits, Command command,
                       std::uint64_t seed)
    : setup_{policy, limits, command},
      planner_(setup_, seed),
      fallback_(policy, seed + 1),
      stop_ladder_(policy.stop_grace) {
}

void StreamCore::resume(const Resumed& past, Instant now) {
  if (!past.stopped_as_asked && past.launched_ago) plan_ = {Plan::Kind::resume};
  planner_.resume(past.attempts, past.source_retries,
                  past.launched_ago ? now - *past.launched_ago : Instant::min());
  reporter_.resume(past.alert.has_value(), past.escalated);
  life_.verdict = past.alert;
  if (past.alert) outage_.resume();
}

Step StreamCore::step(const Event& event, Instant now) {
  now_ = now;
  std::visit([this](const auto& happened) { on(happened); }, event);
  consider_fallback();
  planner_.send_probes(context());
  look_at_lost_outputs();
  alert_if_due();
  return reporter_.take();
}

Status StreamCore::status() const {
  Status status;
  static_cast<Lifecycle&>(status) = life_;
  status.attempts = planner_.attempts();
  status.source_retries = planner_.source().retries();
  status.source_available = planner_.source().available();
  status.escalated = reporter_.is_escalated();
  status.next_launch_at = plan_.launch_at();
  status.fallback_since = fallback_.on_air_since();
  status.on_air_since = health_.on_air_since();
  status.on_air_total = health_.on_air_total();
  status.off_air_total = health_.off_air_total();
  status.covered_since = health_.covered_since();
  status.covered_total = health_.covered_total();
  status.covered_unsettled = health_.covered_unsettled();
  status.settled_at = health_.settled_at();
  return status;
}

Instant StreamCore::next_deadline() const {
  return std::min(
      {deadline_of_state(), planner_.deadline(), output_return_.deadline(), alert_due_at()});
}

Instant StreamCore::deadline_of_state() const {
  const Policy& policy = setup_.policy;
  switch (life_.state) {
    case State::starting:
      return detection_.deadline();
    case State::on_air: {
      const Instant due =
          std::min(detection_.deadline(), planned_.deadline(policy, *life_.launched_at));
      if (setup_.command.reports_progress) return due;
      return std::min(due, health_.healthy_at(policy.restart_cooldown));
    }
    case State::stopping:
      return stop_ladder_.deadline();
    case State::cooling_down:
    case State::waiting_for_source:
    case State::waiting_for_receiver: {
      if (waits_in_place() && !policy.enabled) return monitor::never;
      if (waits_in_place()) return std::min(planner_.next_retry_at(), waits_until_);
      const Instant due =
          std::min(plan_.deadline(), planner_.trial_at(plan_, wants_fallback(), policy));
      if (!wants_fallback()) return due;
      return std::min(due, fallback_.due_at(plan_, planner_.source(), now_));
    }
    case State::fallback:
      return std::min(
          {plan_.deadline(), detection_.deadline(), planner_.trial_at(plan_, true, policy)});
    case State::stopped:
    case State::covered:  // never the encoder's
      return monitor::never;
  }
  return monitor::never;
}

// ---------------------------------------------------------------------------- requests

void StreamCore::on(const StartRequested&) {
  if (leaving_ != Leaving::no || life_.ended) return;
  if (is(State::stopping)) {
    stop_then({Plan::Kind::launch});
  } else if (plan_.kind == Plan::Kind::resume) {
    health_.begin(now_);
    follow(planner_.after_crash(life_.verdict, context()));
  } else if (!child_runs() || is(State::fallback)) {
    launch_in_place_of_fallback();
  }
}

void StreamCore::on(const StopRequested& event) {
  if (event.shutdown) leaving_ = std::max(leaving_, Leaving::shutdown);
  if (event.removed) leaving_ = Leaving::removed;
  if (life_.ended) {
    life_.failed = life_.failed && !event.removed;
    if (event.removed) resolve_open_incident("removed from the configuration");
    return;
  }
  if (is(State::stopping)) {
    stop_then({Plan::Kind::stop});
  } else if (child_runs()) {
    begin_stop({Plan::Kind::stop});
  } else if (!is(State::stopped) || leaving_ != Leaving::no || reporter_.is_escalated()) {
    finish_stop();
  }
}

void StreamCore::on(const RestartRequested&) {
  if (leaving_ != Leaving::no || life_.ended) return;
  if (is(State::stopping)) return stop_then({Plan::Kind::launch});
  reporter_.decide(DecisionKind::restart_ffmpeg, "restart requested");
  if (child_runs()) return begin_stop({Plan::Kind::launch});
  launch();
}

void StreamCore::on(const KillRequested&) {
  if (is(State::stopping)) {
    stop_then({Plan::Kind::stop});
    send(stop_ladder_.kill(now_));
  } else if (child_runs()) {
    begin_stop({Plan::Kind::stop}, true);
  } else if (!is(State::stopped) || (reporter_.is_escalated() && !life_.ended)) {
    finish_stop();  // recovery has given up, too: from now on it is off air by request
  }
}

// ---------------------------------------------------------------------------- the child

void StreamCore::on(const Launched& event) {
  if (!is_present(event.generation)) return;
  life_.pid = event.pid;
  if (life_.role == Role::fallback) {
    fallback_.on_launched();
    if (is(State::fallback) && !reports_progress()) on_fallback_advance();
    return;
  }
  primary_ = std::max(primary_, CommandTrial::has_run);
  if (is(State::starting) && !setup_.command.reports_progress) come_on_air();
}

void StreamCore::on(const LaunchFailed& event) {
  if (!is_present(event.generation) || life_.pid) return;
  detection_.watch()->on_spawn_error(event.error_number, event.program);
  if (is(State::stopping) && plan_.kind == Plan::Kind::stop) return finish_stop();
  if (life_.role == Role::fallback) {
    return is(State::stopping) ? on_child_gone() : on_fallback_end();
  }
  Verdict verdict = detection_.diagnose(std::nullopt, now_, setup_.command.reports_progress);
  const std::optional<int> wrong_command_code = exit_code_of_exec_error(event.error_number);
  const bool wrong_command = wrong_command_code && primary_ == CommandTrial::untried;
  if (wrong_command) verdict.cause = Cause::command_invalid;
  go_off_air(verdict);
  if (wrong_command) return end(*wrong_command_code);
  recover(verdict);
}

void StreamCore::on(const ProgressSeen& event) {
  if (!is_present(event.generation)) return;
  const bool advanced = detection_.watch()->on_progress(event.progress, now_);
  if (!child_runs()) return;
  if (is(State::fallback)) {
    if (advanced) on_fallback_advance();
    return;
  }
  if (advanced) check_progress();
  if (!reporter_.open_incidents().empty()) check_detectors();
}

// It holds for the command, until the configuration names another one.
void StreamCore::on(const ProgressUnavailable& event) {
  if (!is_present(event.generation)) return;
  (life_.role == Role::primary ? setup_.command.reports_progress
                               : setup_.command.fallback_reports_progress) = false;
  if (!child_runs()) return;
  detection_.begin(setup_.limits, false, now_, outputs());
  if (is(State::fallback)) return on_fallback_advance();
  if (is(State::starting)) come_on_air();
}

void StreamCore::on(const Observed& event) {
  if (!is_present(event.generation)) return;
  const bool listened = child_runs() && life_.role == Role::primary && listens_for_source();
  detection_.observe(event.what, now_);
  const bool has_called = listened && !listens_for_source();
  if (has_called && !detection_.watch()->has_advanced()) on_source_called();
  const auto* sample = std::get_if<monitor::ProcessSample>(&event.what);
  if (is(State::stopping)) {
    // Stopped by SIGSTOP after the TERM: it will never act on it.
    if (sample && monitor::is_stopped(*sample)) return send(stop_ladder_.kill(now_));
    return send(stop_ladder_.observe(event.what, now_));
  }
  if (std::holds_alternative<monitor::OutputReports>(event.what)) return take_reports();
  check_source(event.what);
  if (!sample) return check_detectors();
  // Its life is all that such a command shows; without this its time on air would stand still
  // until it ends.
  if (!setup_.command.reports_progress) check_health();
  if (!reporter_.open_incidents().empty()) check_detectors();
  const PlannedRestart& plan = setup_.policy.planned_restart;
  if (!plan.before_memory_limit || !is(State::on_air)) return;
  planned_.on_memory_forecast(plan, watch()->memory_forecast().time_to_limit(), now_);
}

void StreamCore::on(const SignSeen& event) {
  // What FFmpeg logs while it is being stopped is about the stop.
  if (!is_present(event.generation) || !child_runs()) return;
  detection_.watch()->on_sign(event.sign, event.text, now_);
}

void StreamCore::on(const Exited& event) {
  if (!is_present(event.generation)) return;
  detection_.watch()->on_exit(event.status);
  life_.pid.reset();
  life_.last_exit = event.status;
  if (is(State::stopping)) return on_child_gone();
  if (is(State::fallback)) return on_fallback_end();
  on_end(event.pipeline);
}

// ---------------------------------------------------------------------------- probes and tracks

void StreamCore::on(const SourceProbed& event) {
  if (!planner_.accept(event, now_)) return;
  if (monitor::Watch* watch = detection_.watch()) watch->on_look(event.look);
  follow(planner_.take(event, plan_, life_.verdict, context()));
  // FFmpeg waits on a connection that brings nothing, and another one brings media.
  const bool delivers = event.look.answer == monitor::LookAnswer::delivers;
  if (delivers && waits_in_place() && waits_until_ != monitor::never) waits_until_ = now_;
}

void StreamCore::on(const SinkProbed& event) {
  if (!event.output.empty()) return on_output_probed(event);
  follow(planner_.take(event, plan_, life_.verdict, context()));
}

void StreamCore::on(const TrackChanged&) {
  if (!is(State::starting) && !is(State::on_air)) return;
  reporter_.notify(TrackSwitchBegun{setup_.policy.restart_on_track_change});
  planned_.on_track_change(setup_.policy.restart_on_track_change);
  restart_if_due(true);
}

// ---------------------------------------------------------------------------- time

void StreamCore::on(const Tick&) {
  switch (life_.state) {
    case State::starting:
    case State::on_air:
      if (!setup_.command.reports_progress) check_health();
      check_detectors();
      return restart_if_due(false);
    case State::stopping: {
      const bool known = stop_ladder_.is_unkillable();
      send(stop_ladder_.climb(now_));
      if (!stop_ladder_.is_unkillable()) return;
      if (!known && life_.pid) reporter_.notify(Unkillable{*life_.pid});
      if (leaving_ != Leaving::no) end(exit_code::internal_error);
      return;
    }
    case State::fallback:
      return check_fallback();
    case State::cooling_down:
      if (now_ >= plan_.deadline()) launch();
      return;
    case State::waiting_for_source:
    case State::waiting_for_receiver:
      if (waits_in_place()) return keep_waiting();
      return follow(planner_.try_source(plan_, wants_fallback(), context()));
    case State::stopped:
    case State::covered:
      return;
  }
}

void StreamCore::on(const Paused&) {
  stop_ladder_.on_pause(now_);
  if (monitor::Watch* watch = detection_.watch()) watch->rebase(now_);
}

void StreamCore::on(const InputIdle& event) {
  detection_.idle_input(event.is_idle, now_);
}

// It changes nothing of what is done: the encoder is judged as if there were no cover.
void StreamCore::on(const CoverChanged& event) {
  const std::optional<Instant> since = health_.covered_since();
  if (event.is_covered == since.has_value()) return;
  health_.cover(event.is_covered, now_);
  if (event.is_covered) return reporter_.notify(CoverBegan{event.what, event.by_slate});
  reporter_.notify(CoverEnded{now_ - *since});
}

// FFmpeg tries its source less often while the fallback is to have the encoder's place.
void StreamCore::on(const StandbyChanged& event) {
  fallback_.stand_by(event.stands_by);
  if (!is(State::waiting_for_source) || waits_in_place()) return;
  follow(planner_.try_source(plan_, wants_fallback(), context()));
}

// Nothing that was spent, opened or escalated is forgotten by another configuration.
void StreamCore::on(const Reconfigured& event) {
  if (event.fallback_changed) fallback_.on_other_command();
  if (event.primary_changed) return restart_reconfigured(event.setup);
  const bool was_enabled = setup_.policy.enabled;
  Setup next = event.setup;
  next.command.reports_progress &= setup_.command.reports_progress;
  next.command.fallback_reports_progress &=
      setup_.command.fallback_reports_progress || event.fallback_changed;
  set(next);
  if (monitor::Watch* watch = detection_.watch()) watch->set_outputs(outputs());
  if (leaving_ != Leaving::no || life_.ended) return;
  if (event.fallback_changed && is(State::fallback)) return begin_stop(plan_);
  const Policy& policy = setup_.policy;
  if (policy.enabled && !was_enabled) detection_.unmute(now_);
  follow(planner_.adjust(plan_, context()));
  const bool would_not_give_up =
      policy.enabled && (!was_enabled || policy.on_exhausted == OnExhausted::keep_trying);
  if (gave_up() && would_not_give_up) {
    reporter_.decide(DecisionKind::restart_ffmpeg, "the configuration has changed");
    launch();
  }
  check_detectors();
}

// As asked for by a person: no incident, no attempt. What a person stopped stays stopped.
void StreamCore::restart_reconfigured(const Setup& setup) {
  const bool rests = is(State::stopped) && !life_.failed && !life_.ended;
  const bool is_stopped = is(State::stopping) && plan_.kind == Plan::Kind::stop;
  if (leaving_ != Leaving::no || rests || is_stopped) return set(setup);
  planner_.sink().on_other_command();
  life_.ended = false;  // by a command that was wrong, or is another one now
  reporter_.decide(DecisionKind::restart_ffmpeg, "the configuration has changed");
  if (is(State::stopping)) {
    stop_then({Plan::Kind::launch});
    set(setup);
  } else if (child_runs()) {
    begin_stop({Plan::Kind::launch});  // by what was known of the child that runs
    set(setup);
  } else {
    set(setup);
    launch();
  }
}

void StreamCore::set(const Setup& setup) {
  setup_ = setup;
  planner_.set(setup_);
  fallback_.set_policy(setup_.policy);
  stop_ladder_.set_grace(setup_.policy.stop_grace);
  if (monitor::Watch* watch = detection_.watch()) watch->adjust(setup_.limits);
}

}  // namespace recovery
