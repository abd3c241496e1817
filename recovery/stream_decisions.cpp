// What StreamCore decides; what makes it decide, the state × event table, is in stream_core.cpp.

#include <algorithm>
#include <string>
#include <utility>

#include "monitor/diagnosis.hpp"
#include "recovery/exit_code.hpp"
#include "recovery/stream_core.hpp"

namespace recovery {

using monitor::Fault;
using monitor::Verdict;

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
  healthy_ = false;
  fault_stands_ = false;
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
  if (healthy_ || now_ - *status_.on_air_since < policy_.restart_cooldown) return;
  healthy_ = true;
  budget_.on_healthy();
  if (!std::exchange(status_.escalated, false)) return;
  out_.notices.push_back(EscalationResolved{});
}

void StreamCore::go_off_air(const Verdict& verdict) {
  const bool was_on_air = status_.state == State::on_air;
  // Without progress nothing tells when it was last good but the process's own end.
  if (was_on_air && !command_.reports_progress) check_health();
  settle(false);
  status_.on_air_since.reset();
  status_.failed = true;
  status_.verdict = verdict;
  if (was_on_air) out_.notices.push_back(WentOffAir{verdict.cause});
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
  restart_by_budget(verdict);
}

void StreamCore::judge_fault(const Fault& fault) {
  const Duration after = now_ - watch_->evidence().last_advance;
  out_.notices.push_back(FaultDetected{fault, after});
  go_off_air(monitor::diagnose(watch_->evidence(), fault, now_, command_.reports_progress));
  if (policy_.enabled) {
    begin_stop(After::restart_by_budget);
    return;
  }
  // Observed, told, left alone: on air again when it advances by itself.
  status_.state = State::starting;
  fault_stands_ = true;
  decide(DecisionKind::none, "recovery is switched off: " + fault.sentence, Duration::zero(), 0);
}

void StreamCore::refresh_warnings(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    const bool restarts = fault.cause == monitor::Cause::bitrate_drop &&
                          limits_.bitrate_drop.action == monitor::OnWarning::restart;
    if (restarts && policy_.enabled) {
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

void StreamCore::warn(const Fault& fault) {
  const Verdict verdict =
      monitor::diagnose(watch_->evidence(), fault, now_, command_.reports_progress);
  auto incident = open_.open(verdict, false, last_good_at_.value_or(now_), now_);
  if (!incident) return;
  out_.notices.push_back(FaultDetected{fault, Duration::zero()});
  out_.notices.push_back(IncidentOpened{std::move(*incident)});
}

// ---------------------------------------------------------------------------- restarting

void StreamCore::restart_by_budget(const Verdict& verdict) {
  if (shutting_down_) return finish_stop();
  const std::string why =
      verdict.evidence.empty() ? std::string(name(verdict.cause)) : verdict.evidence.front();
  if (policy_.restart == Restart::never) return end(exit_code::gave_up);
  if (!policy_.enabled) {
    decide(DecisionKind::none, "recovery is switched off: " + why, Duration::zero(), 0);
    return rest(true);
  }
  const RestartBudget::Grant grant = budget_.spend(now_);
  if (grant.exhausted) {
    escalate(verdict, grant.attempt);
    if (policy_.on_exhausted == OnExhausted::exit) return end(exit_code::gave_up);
    if (policy_.on_exhausted == OnExhausted::stop) return rest(true);
  }
  decide(DecisionKind::restart_ffmpeg, why, grant.delay, grant.attempt);
  if (grant.delay == Duration::zero()) return launch();
  status_.state = State::cooling_down;
  status_.next_launch_at = now_ + grant.delay;
}

void StreamCore::escalate(const Verdict& verdict, unsigned attempt) {
  if (std::exchange(status_.escalated, true)) return;
  const unsigned tried = attempt - 1;
  decide(DecisionKind::escalate_alert,
         std::to_string(tried) + " restarts did not bring the stream back", Duration::zero(), 0);
  out_.notices.push_back(Escalated{verdict, tried});
}

// No child, and none by itself, but the supervisor stays to tell.
void StreamCore::rest(bool failed) {
  status_.state = State::stopped;
  status_.failed = failed;
  status_.on_air_since.reset();
  status_.next_launch_at.reset();
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
  after_stop_ = after;
  const auto& sample = watch_->evidence().sample;
  send(stop_ladder_.begin(without_grace || (sample && monitor::is_stopped(*sample)), now_));
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
  close_warnings({});
  if (!shutting_down_) {
    close_off_air();
    last_good_at_.reset();  // the time it is stopped on request is nobody's fault
    status_.verdict.reset();
    decide(DecisionKind::none, "stop requested", Duration::zero(), 0);
  }
  rest(false);
  if (shutting_down_) end(0);
}

// ---------------------------------------------------------------------------- telling

void StreamCore::open_incident(const Verdict& verdict, Instant last_good_at) {
  if (auto incident = open_.open(verdict, true, last_good_at, now_)) {
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
