// What StreamCore decides; what makes it decide, the state × event table, is in stream_core.cpp.

#include <algorithm>
#include <string>
#include <utility>

#include "monitor/diagnosis.hpp"
#include "recovery/exit_code.hpp"
#include "recovery/stream_core.hpp"

namespace recovery {

using monitor::Cause;
using monitor::Component;
using monitor::component_of;
using monitor::Fault;
using monitor::Verdict;

namespace {

constexpr Duration settle_time = 2s;  // until a server lets go of the name of a lost publisher
constexpr Duration lasting = 5s;      // on air: the source or sink that came back was really back

}  // namespace

std::string StreamCore::reason_of(const Verdict& verdict) {
  return verdict.evidence.empty() ? std::string(name(verdict.cause)) : verdict.evidence.front();
}

// ---------------------------------------------------------------------------- on and off air

void StreamCore::settle(bool on_air) {
  (on_air ? status_.on_air_total : status_.off_air_total) += now_ - status_.settled_at;
  status_.settled_at = now_;
}

void StreamCore::come_on_air() {
  settle(false);
  CameOnAir notice;
  if (last_good_at_) notice.off_air_for = now_ - *last_good_at_;
  status_.state = State::on_air;
  status_.on_air_since = now_;
  status_.failed = false;
  status_.verdict.reset();
  last_good_at_ = now_;
  ever_on_air_ = true;
  if (command_.reports_progress) note_source(true, "FFmpeg puts out what it reads.");
  healthy_ = false;
  if (!std::exchange(stays_well_, false)) well_since_ = now_;
  fault_stands_ = false;
  sink_may_be_another_ = false;
  out_.notices.push_back(notice);
  close_off_air();
}

// While on air, at each advance (of a command without progress: at each tick): the time is settled
// as on air, and after a whole cooldown of advances the past is forgotten. Advances, not time: a
// stream that froze just before the cooldown ends has not been healthy.
void StreamCore::check_health() {
  if (status_.state != State::on_air) return;
  settle(true);
  last_good_at_ = now_;
  if (command_.advance_proves_source) source_.watch(policy_.probe_interval, now_);
  if (now_ - *status_.on_air_since >= lasting) vain_returns_ = 0;
  if (healthy_ || now_ - well_since_ < policy_.restart_cooldown) return;
  healthy_ = true;
  budget_.on_healthy();
  status_.source_retries = 0;
  resolve_escalation();
}

void StreamCore::go_off_air(const Verdict& verdict) {
  const bool was_on_air = status_.state == State::on_air;
  // Without progress nothing tells when it was last good but the process's own end.
  if (was_on_air && !command_.reports_progress) check_health();
  settle(false);
  status_.on_air_since.reset();
  status_.failed = true;
  stays_well_ = false;
  status_.verdict = verdict;
  if (was_on_air) out_.notices.push_back(WentOffAir{verdict.cause});
  if (component_of(verdict.cause) == Component::source) {
    note_source(false, verdict.evidence.front());
  }
  close_warnings({});
  open_incident(verdict, last_good_at_.value_or(*status_.launched_at));
}

void StreamCore::judge_end(Pipeline pipeline) {
  const Verdict verdict =
      monitor::diagnose(watch_->evidence(), std::nullopt, now_, command_.reports_progress);
  // A reader that left has what it wanted: a shell's pipeline ends so every day.
  const bool well = monitor::ended_well(watch_->evidence()) || pipeline == Pipeline::output_closed;
  const bool is_last = policy_.restart != Restart::always || pipeline != Pipeline::open;
  if (well && is_last) {
    if (status_.state == State::on_air) settle(!command_.reports_progress);
    close_warnings({});
    end(0);
    return;
  }
  go_off_air(verdict);
  if (!ever_on_air_ && monitor::is_permanent(watch_->evidence())) {
    end(exit_code::command_invalid);
    return;
  }
  if (pipeline == Pipeline::input_ended) {
    end(exit_code::gave_up);
    return;
  }
  recover(verdict);
}

void StreamCore::judge_fault(const Fault& fault) {
  const Instant last_advance = watch_->evidence().last_advance;
  const Instant began = std::min(last_advance, fault.since.value_or(last_advance));
  if (last_good_at_) last_good_at_ = std::min(*last_good_at_, began);
  out_.notices.push_back(FaultDetected{fault, now_ - began});
  go_off_air(monitor::diagnose(watch_->evidence(), fault, now_, command_.reports_progress));
  if (policy_.enabled) {
    begin_stop(After::recover);
    return;
  }
  // Observed, told, left alone: on air again when it advances by itself.
  status_.state = State::starting;
  fault_stands_ = true;
  decide(DecisionKind::none, "recovery is switched off: " + fault.sentence, Duration::zero(), 0);
  escalate(*status_.verdict, "recovery is switched off");
}

void StreamCore::refresh_warnings(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    if (restarts_on(fault) && policy_.enabled) {
      judge_fault(fault);
      return;
    }
  }
  close_warnings(faults);
  for (const Fault& fault : faults) warn(fault);
  status_.verdict.reset();
  if (open_.all().empty()) return;
  const Incident& gravest = open_.all().front();
  status_.verdict = Verdict{gravest.cause, gravest.evidence};
}

bool StreamCore::restarts_on(const Fault& warning) const {
  if (monitor::is_dead_air(warning.cause)) {
    return limits_.content.action == monitor::OnDeadAir::restart || yields_for(warning.cause);
  }
  return warning.cause == Cause::bitrate_drop &&
         limits_.bitrate_drop.action == monitor::OnWarning::restart;
}

// A source that is there and carries nothing leaves the air to the fallback.
bool StreamCore::yields_for(Cause cause) const {
  return monitor::is_dead_air(cause) && limits_.content.action == monitor::OnDeadAir::fallback &&
         command_.has_fallback && !fallback_is_wrong_;
}

void StreamCore::warn(const Fault& fault) {
  const Verdict verdict =
      monitor::diagnose(watch_->evidence(), fault, now_, command_.reports_progress);
  auto incident = open_.open_warning(verdict, fault.cause, last_good_at_.value_or(now_), now_);
  if (!incident) return;
  out_.notices.push_back(FaultDetected{fault, Duration::zero()});
  out_.notices.push_back(IncidentOpened{std::move(*incident)});
}

// ---------------------------------------------------------------------------- restarting

// A child of this stream is gone, by itself or by us, and the stream is off air.
void StreamCore::recover(const Verdict& verdict) {
  status_.state = State::cooling_down;  // whatever it was being stopped for, nothing runs now
  if (shutting_down_) return finish_stop();
  if (policy_.restart == Restart::never) return end(exit_code::gave_up);
  if (!policy_.enabled) {
    decide(DecisionKind::none, "recovery is switched off: " + reason_of(verdict), Duration::zero(),
           0);
    escalate(verdict, "recovery is switched off");
    return rest(true);
  }
  name_in_use_ = monitor::name_is_in_use(watch_->evidence());
  if (yields_for(verdict.cause)) {
    // Nothing but the primary itself can tell when it carries something again.
    decide(DecisionKind::restart_ffmpeg, reason_of(verdict), policy_.restart_cooldown, 0);
    return plan_launch(policy_.restart_cooldown);
  }
  if (component_of(verdict.cause) == Component::source && source_.is_known()) {
    return await_source(verdict);
  }
  restart_by_budget(verdict);
}

void StreamCore::restart_by_budget(const Verdict& verdict) {
  const RestartBudget::Grant grant = budget_.spend(now_);
  if (grant.exhausted) {
    escalate(verdict,
             std::to_string(grant.attempt - 1) + " restarts did not bring the stream back");
    if (policy_.on_exhausted != OnExhausted::keep_trying) return give_up();
  }
  Duration delay = grant.delay;
  if (name_in_use_) delay = std::max(delay, settle_time);
  decide(DecisionKind::restart_ffmpeg, reason_of(verdict), delay, grant.attempt);
  if (component_of(verdict.cause) == Component::sink && delay > Duration::zero()) {
    // FFmpeg's own look at it counts: it may be back before the first of ours.
    sink_was_missing_ = verdict.cause == Cause::sink_unreachable;
    sink_.await(policy_.probe_interval, now_);
  }
  plan_launch(delay);
}

// The life before this one was cut short. It is tried at least once in each life, whatever is left
// of the budget: a process that would end without having tried could never come back.
void StreamCore::restart_after_crash() {
  const RestartBudget::Grant grant = budget_.spend(now_);
  if (grant.exhausted) {
    escalate(
        status_.verdict.value_or(Verdict{Cause::host_spawn_failed,
                                         {"The supervisor itself was cut short again and again "
                                          "before the stream was healthy."}}),
        "the supervisor was restarted " + std::to_string(grant.attempt) +
            " times before the stream was healthy");
  }
  decide(DecisionKind::restart_ffmpeg, "the life of the supervisor before this one was cut short",
         grant.delay, grant.attempt);
  status_.settled_at = now_;
  plan_launch(grant.delay);
}

// The fallback may be on air, or about to leave it: then it stays until the time has come.
void StreamCore::plan_launch(Duration delay) {
  if (delay == Duration::zero()) return launch_in_place_of_fallback();
  plan_ = Plan::time;
  status_.next_launch_at = now_ + delay;
  const bool has_child = status_.state == State::fallback || status_.state == State::stopping;
  if (!has_child) status_.state = State::cooling_down;
}

void StreamCore::escalate(const Verdict& verdict, std::string reason) {
  if (std::exchange(status_.escalated, true)) return;
  decide(DecisionKind::escalate_alert, reason, Duration::zero(), 0);
  const unsigned tried = std::min(budget_.attempts(), policy_.max_restart_attempts);
  out_.notices.push_back(Escalated{verdict, std::move(reason), tried});
}

void StreamCore::resolve_escalation() {
  if (std::exchange(status_.escalated, false)) out_.notices.push_back(EscalationResolved{});
}

// Escalated, and `on_exhausted` does not want it tried any more.
void StreamCore::give_up() {
  if (shutting_down_) return finish_stop();
  if (status_.state == State::stopping) {
    if (status_.pid) return stop_then(After::give_up);
  } else if (status_.state == State::fallback) {
    return begin_stop(After::give_up);
  }
  if (policy_.on_exhausted == OnExhausted::exit) return end(exit_code::gave_up);
  rest(true);
}

// No child, and none by itself, but the supervisor stays to tell.
void StreamCore::rest(bool failed) {
  status_.state = State::stopped;
  status_.failed = failed;
  status_.on_air_since.reset();
  status_.next_launch_at.reset();
  status_.fallback_since.reset();
  plan_ = Plan::none;
  source_.rest();
  sink_.rest();
}

void StreamCore::end(int exit_code) {
  rest(exit_code != 0);
  status_.ended = true;
  out_.actions.push_back(End{exit_code});
}

// ---------------------------------------------------------------------------- stopping

void StreamCore::begin_stop(After after, bool without_grace) {
  // With progress, on air is settled at each advance: the rest is silence.
  if (status_.state == State::on_air) settle(!command_.reports_progress);
  status_.state = State::stopping;
  status_.on_air_since.reset();
  stop_then(after);
  const auto& sample = watch_->evidence().sample;
  send(stop_ladder_.begin(without_grace || (sample && monitor::is_stopped(*sample)), now_));
}

// A wait ends with the stop that makes room for what was waited for, or for nothing.
void StreamCore::stop_then(After after) {
  after_stop_ = after;
  if (after == After::mind_fallback) return;
  plan_ = Plan::none;
  status_.next_launch_at.reset();
}

void StreamCore::climb_stop_ladder() {
  const bool known = stop_ladder_.is_unkillable();
  send(stop_ladder_.climb(now_));
  if (!stop_ladder_.is_unkillable()) return;
  if (!known && status_.pid) out_.notices.push_back(Unkillable{*status_.pid});
  if (shutting_down_) end(exit_code::internal_error);
}

void StreamCore::kill_child() {
  send(stop_ladder_.kill(now_));
}

void StreamCore::send(std::optional<int> signal) {
  if (signal) out_.actions.push_back(Signal{status_.generation, *signal});
}

void StreamCore::finish_stop() {
  stays_well_ = false;
  close_warnings({});
  if (removed_) {
    resolve_open_incident("removed from the configuration");
  } else if (!shutting_down_) {
    resolve_open_incident("stop requested");
  }
  rest(false);
  if (shutting_down_) end(0);
}

// The time it is stopped on request is nobody's fault.
void StreamCore::resolve_open_incident(const char* reason) {
  close_off_air();
  resolve_escalation();
  last_good_at_.reset();
  status_.verdict.reset();
  decide(DecisionKind::none, reason, Duration::zero(), 0);
}

// ---------------------------------------------------------------------------- telling

void StreamCore::open_incident(const Verdict& verdict, Instant last_good_at) {
  if (auto incident = open_.open_off_air(verdict, last_good_at, now_)) {
    out_.notices.push_back(IncidentOpened{std::move(*incident)});
  }
}

void StreamCore::close_warnings(const std::vector<Fault>& upheld) {
  tell_closed(open_.close_warnings(upheld, now_));
}

void StreamCore::close_off_air() {
  tell_closed(open_.close_off_air(now_));
}

void StreamCore::tell_closed(std::vector<Incident> closed) {
  for (Incident& incident : closed) {
    out_.notices.push_back(IncidentClosed{std::move(incident)});
  }
}

void StreamCore::decide(DecisionKind kind, std::string reason, Duration delay, unsigned attempt) {
  open_.note_action(std::string(name(kind)) + ": " + reason);
  out_.notices.push_back(Decided{kind, std::move(reason), delay, attempt});
}

}  // namespace recovery
