#include "recovery/stream_core.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "monitor/diagnosis.hpp"
#include "recovery/exit_code.hpp"

namespace recovery {

using monitor::Fault;
using monitor::Verdict;

namespace {

// While a return is awaited. A FFmpeg that fails at once takes as long as the first; a connection
// that is only taken costs its server less than a request.
constexpr Duration between_requests = 200ms;
constexpr Duration between_connections = 100ms;

}  // namespace

StreamCore::StreamCore(const Policy& policy, const monitor::Limits& limits, Command command,
                       std::uint64_t seed)
    : policy_(policy),
      limits_(limits),
      command_(command),
      budget_(policy, seed),
      stop_ladder_(policy.stop_grace),
      source_(command.source_can_be_probed, between_requests),
      sink_(command.sink_can_be_probed, between_connections),
      fallback_budget_(policy, seed + 1) {
}

void StreamCore::resume(const Resumed& past, Instant now) {
  resumes_crash_ = !past.stopped_as_asked && past.launched_ago;
  budget_.resume(past.attempts, past.launched_ago ? now - *past.launched_ago : Instant::min());
  status_.attempts = past.attempts;
  status_.source_retries = past.source_retries;
  status_.escalated = past.escalation.has_value();
  status_.verdict = past.escalation;
}

Step StreamCore::step(const Event& event, Instant now) {
  now_ = now;
  out_ = {};
  std::visit([this](const auto& happened) { on(happened); }, event);
  consider_fallback();
  send_looks();
  status_.attempts = budget_.attempts();
  return std::exchange(out_, {});
}

Instant StreamCore::next_deadline() const {
  return std::min({deadline_of_state(), source_.deadline(), sink_.deadline()});
}

Instant StreamCore::deadline_of_state() const {
  const Instant launch_at = status_.next_launch_at.value_or(monitor::never);
  switch (status_.state) {
    case State::starting:
    case State::on_air: {
      if (fault_stands_) return monitor::never;
      const Instant watched = watch_->deadline(checked_at_);
      if (status_.state != State::on_air) return watched;
      const Instant due = std::min(watched, planned_deadline());
      if (command_.reports_progress || healthy_) return due;
      return std::min(due, well_since_ + policy_.restart_cooldown);
    }
    case State::stopping:
      return stop_ladder_.deadline();
    case State::cooling_down:
    case State::waiting_for_source:
      return wants_fallback() ? std::min(launch_at, fallback_due_at()) : launch_at;
    case State::fallback:
      return std::min(launch_at, watch_->deadline(checked_at_));
    case State::stopped:
      return monitor::never;
  }
  return monitor::never;
}

// ---------------------------------------------------------------------------- what people ask for

void StreamCore::on(const StartRequested&) {
  if (shutting_down_ || status_.ended) return;
  if (status_.state == State::stopping) {
    stop_then(After::launch_at_once);
  } else if (std::exchange(resumes_crash_, false)) {
    restart_after_crash();
  } else if (!child_runs() || status_.role == Role::fallback) {
    launch_in_place_of_fallback();
  }
}

void StreamCore::on(const StopRequested& event) {
  removed_ = removed_ || event.removed;
  shutting_down_ = shutting_down_ || event.shutdown || event.removed;
  if (status_.ended) {
    status_.failed = status_.failed && !event.removed;
    if (event.removed) resolve_open_incident("removed from the configuration");
    return;
  }
  if (status_.state == State::stopping) {
    stop_then(After::stop);
  } else if (child_runs()) {
    begin_stop(After::stop);
  } else if (status_.state != State::stopped || shutting_down_ || status_.escalated) {
    finish_stop();
  }
}

void StreamCore::on(const RestartRequested&) {
  if (shutting_down_ || status_.ended) return;
  if (status_.state == State::stopping) {
    stop_then(After::launch_at_once);
    return;
  }
  decide(DecisionKind::restart_ffmpeg, "restart requested", Duration::zero(), 0);
  if (child_runs()) {
    begin_stop(After::launch_at_once);
  } else {
    launch();
  }
}

void StreamCore::on(const KillRequested&) {
  if (status_.state == State::stopping) {
    stop_then(After::stop);
    kill_child();
  } else if (child_runs()) {
    begin_stop(After::stop, true);
  } else if (status_.state != State::stopped || (status_.escalated && !status_.ended)) {
    finish_stop();  // what has given up, too: it is people now who do not want it
  }
}

// ---------------------------------------------------------------------------- what the child does

bool StreamCore::is_present(Generation generation) const {
  if (status_.ended || generation != status_.generation) return false;
  return child_runs() || status_.state == State::stopping;
}

bool StreamCore::child_runs() const {
  return status_.state == State::starting || status_.state == State::on_air ||
         status_.state == State::fallback;
}

bool StreamCore::reports_progress() const {
  return status_.role == Role::primary ? command_.reports_progress
                                       : command_.fallback_reports_progress;
}

void StreamCore::start_child(Role role) {
  ++status_.generation;
  status_.role = role;
  status_.state = role == Role::primary ? State::starting : State::fallback;
  status_.launched_at = now_;
  if (status_.settled_at == Instant{}) status_.settled_at = now_;
  watch_.emplace(limits_, reports_progress(), now_);
  checked_at_ = now_;
  fault_stands_ = false;
  out_.actions.push_back(Launch{status_.generation, role});
}

void StreamCore::launch() {
  plan_ = Plan::none;
  status_.next_launch_at.reset();
  track_waits_ = false;
  memory_due_since_.reset();
  source_.watch(policy_.probe_interval, now_);
  sink_.rest();
  budget_.on_launch(now_);
  primary_launched_at_ = now_;
  start_child(Role::primary);
}

void StreamCore::launch_in_place_of_fallback() {
  if (status_.state == State::stopping) return stop_then(After::launch_at_once);
  if (status_.state == State::fallback) return begin_stop(After::launch_at_once);
  launch();
}

void StreamCore::on(const Launched& event) {
  if (!is_present(event.generation)) return;
  status_.pid = event.pid;
  if (status_.role == Role::fallback) {
    fallback_ever_launched_ = true;
    if (status_.state == State::fallback && !reports_progress()) on_fallback_advance();
    return;
  }
  ever_launched_ = true;
  if (status_.state == State::starting && !command_.reports_progress) come_on_air();
}

void StreamCore::on(const LaunchFailed& event) {
  if (!is_present(event.generation) || status_.pid) return;
  watch_->on_spawn_error(event.error_number);
  if (status_.state == State::stopping && after_stop_ == After::stop) {
    finish_stop();
    return;
  }
  if (status_.role == Role::fallback) {
    if (status_.state == State::stopping) return answer_exit();
    return fallback_failed();
  }
  Verdict verdict =
      monitor::diagnose(watch_->evidence(), std::nullopt, now_, command_.reports_progress);
  const std::optional<int> hopeless = exit_code_of_exec_error(event.error_number);
  const bool wrong_command = hopeless && !ever_launched_;
  if (wrong_command) verdict.cause = monitor::Cause::command_invalid;
  go_off_air(verdict);
  if (wrong_command) {
    end(*hopeless);
  } else {
    recover(verdict);
  }
}

void StreamCore::on(const ProgressSeen& event) {
  if (!is_present(event.generation)) return;
  const bool advanced = watch_->on_progress(event.progress, now_);
  if (!child_runs()) return;
  if (status_.state == State::fallback) {
    if (advanced) on_fallback_advance();
    return;
  }
  if (advanced && status_.state == State::starting) {
    if (!is_held_off_air()) come_on_air();
    check_watch();  // for what was found before
  }
  if (advanced) check_health();
  check_open();
}

void StreamCore::on(const Observed& event) {
  if (!is_present(event.generation)) return;
  watch_->on_observation(event.what, now_);
  if (const auto* sample = std::get_if<monitor::ProcessSample>(&event.what)) {
    return on_process_sample(*sample);
  }
  if (std::holds_alternative<monitor::ConnectionSamples>(event.what)) hears_connections_ = true;
  check_watch();
}

void StreamCore::on_process_sample(const monitor::ProcessSample& sample) {
  if (status_.state == State::stopping) {
    // Stopped by SIGSTOP after the TERM: it will never act on it.
    if (monitor::is_stopped(sample)) kill_child();
    return;
  }
  // Its life is all that such a command shows; without this its time on air would stand still
  // until it ends.
  if (!command_.reports_progress) check_health();
  check_open();
  note_memory_forecast();
}

void StreamCore::on(const SignSeen& event) {
  // What FFmpeg says while it is being stopped is about the stop.
  if (!is_present(event.generation) || !child_runs()) return;
  watch_->on_sign(event.sign, event.text, now_);
}

void StreamCore::on(const Exited& event) {
  if (!is_present(event.generation)) return;
  watch_->on_exit(event.status);
  status_.pid.reset();
  status_.last_exit = event.status;
  if (status_.state == State::stopping) return answer_exit();
  if (status_.state == State::fallback) return fallback_failed();
  judge_end(event.pipeline);
}

void StreamCore::answer_exit() {
  status_.fallback_since.reset();
  switch (after_stop_) {
    case After::recover:
      return recover(*status_.verdict);
    case After::launch_at_once:
      return launch();
    case After::mind_fallback:
      return fallback_failed();
    case After::give_up:
      return give_up();
    case After::stop:
      return finish_stop();
  }
}

// ---------------------------------------------------------------------------- time

void StreamCore::on(const Tick&) {
  switch (status_.state) {
    case State::starting:
    case State::on_air:
      if (!command_.reports_progress) check_health();
      check_watch();
      restart_if_planned(false);
      return;
    case State::stopping:
      climb_stop_ladder();
      return;
    case State::fallback:
      check_fallback();
      return;
    case State::cooling_down:
      if (now_ >= *status_.next_launch_at) launch();
      return;
    case State::waiting_for_source:
    case State::stopped:
      return;
  }
}

void StreamCore::on(const Paused&) {
  if (watch_) watch_->rebase(now_);
}

// FFmpeg puts out something, and that is not enough: something else has it off air, or a sink that
// did not take the last life's is not known to take this one's.
bool StreamCore::is_held_off_air() {
  const std::vector<Fault> faults = watch_->check(now_);
  return (!faults.empty() && faults.front().off_air) || !sink_is_back();
}

// A hung server's kernel takes a connection and the first bytes on it as any other's does.
bool StreamCore::sink_is_back() const {
  const auto& verdict = status_.verdict;
  if (!verdict || monitor::component_of(verdict->cause) != monitor::Component::sink) return true;
  if (sink_may_be_another_) return true;
  const auto since = watch_->evidence().first_advance;
  const bool waited = since && now_ - *since >= limits_.sink_stall_timeout;
  if (waited || !hears_connections_) return true;
  return watch_->delivery().server_app_reads().value_or(false);
}

// Of progress and samples, which come often: what is open may be over by now; what is not has its
// deadline.
void StreamCore::check_open() {
  if (child_runs() && !open_.all().empty()) check_watch();
}

void StreamCore::check_watch() {
  if (!child_runs() || fault_stands_) return;
  if (status_.state == State::fallback) return check_fallback();
  checked_at_ = now_;
  const std::vector<Fault> faults = watch_->check(now_);
  if (!faults.empty() && faults.front().off_air) {
    judge_fault(faults.front());
  } else if (status_.state == State::on_air) {
    refresh_warnings(faults);
  }
}

}  // namespace recovery
