#include "recovery/stream_core.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "monitor/diagnosis.hpp"
#include "recovery/exit_code.hpp"

namespace recovery {

using monitor::Fault;
using monitor::Verdict;

StreamCore::StreamCore(const Policy& policy, const monitor::Limits& limits, Command command,
                       std::uint64_t seed)
    : policy_(policy),
      limits_(limits),
      command_(command),
      budget_(policy, seed),
      stop_ladder_(policy.stop_grace) {
}

Step StreamCore::step(const Event& event, Instant now) {
  now_ = now;
  out_ = {};
  std::visit([this](const auto& happened) { on(happened); }, event);
  status_.attempts = budget_.attempts();
  return std::exchange(out_, {});
}

Instant StreamCore::next_deadline() const {
  switch (status_.state) {
    case State::starting:
    case State::on_air: {
      if (fault_stands_) return monitor::never;
      const Instant watched = watch_->deadline(checked_at_);
      if (command_.reports_progress || status_.state != State::on_air || healthy_) return watched;
      return std::min(watched, *status_.on_air_since + policy_.restart_cooldown);
    }
    case State::stopping:
      return stop_ladder_.deadline();
    case State::cooling_down:
      return *status_.next_launch_at;
    case State::waiting_for_source:
    case State::fallback:
    case State::stopped:
      return monitor::never;
  }
  return monitor::never;
}

// ---------------------------------------------------------------------------- what people ask for

void StreamCore::on(const StartRequested&) {
  if (shutting_down_ || status_.ended || child_runs()) return;
  if (status_.state == State::stopping) {
    after_stop_ = After::launch_at_once;
    return;
  }
  launch();
}

void StreamCore::on(const StopRequested& event) {
  shutting_down_ = shutting_down_ || event.shutdown;
  if (status_.ended) return;
  if (status_.state == State::stopping) {
    after_stop_ = After::stop;
  } else if (child_runs()) {
    begin_stop(After::stop);
  } else if (status_.state != State::stopped || shutting_down_) {
    finish_stop();
  }
}

void StreamCore::on(const RestartRequested&) {
  if (shutting_down_ || status_.ended) return;
  if (status_.state == State::stopping) {
    after_stop_ = After::launch_at_once;
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
    after_stop_ = After::stop;
    kill_child();
  } else if (child_runs()) {
    begin_stop(After::stop, true);
  } else if (status_.state != State::stopped) {
    finish_stop();
  }
}

// ---------------------------------------------------------------------------- what the child does

bool StreamCore::is_present(Generation generation) const {
  if (status_.ended || generation != status_.generation) return false;
  return child_runs() || status_.state == State::stopping;
}

bool StreamCore::child_runs() const {
  return status_.state == State::starting || status_.state == State::on_air;
}

void StreamCore::launch() {
  ++status_.generation;
  status_.state = State::starting;
  status_.launched_at = now_;
  status_.next_launch_at.reset();
  if (status_.settled_at == Instant{}) status_.settled_at = now_;
  watch_.emplace(limits_, command_.reports_progress, now_);
  checked_at_ = now_;
  fault_stands_ = false;
  budget_.on_launch(now_);
  out_.actions.push_back(Launch{status_.generation});
}

void StreamCore::on(const Launched& event) {
  if (!is_present(event.generation)) return;
  status_.pid = event.pid;
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
  Verdict verdict =
      monitor::diagnose(watch_->evidence(), std::nullopt, now_, command_.reports_progress);
  const std::optional<int> hopeless = exit_code_of_exec_error(event.error_number);
  const bool wrong_command = hopeless && !ever_launched_;
  if (wrong_command) verdict.cause = monitor::Cause::command_invalid;
  go_off_air(verdict);
  if (wrong_command) {
    end(*hopeless);
  } else {
    restart_by_budget(verdict);
  }
}

void StreamCore::on(const ProgressSeen& event) {
  if (!is_present(event.generation)) return;
  const bool advanced = watch_->on_progress(event.progress, now_);
  if (!child_runs()) return;
  if (advanced && status_.state == State::starting) come_on_air();
  if (advanced) check_health();
  if (!open_.all().empty()) check_watch();
}

void StreamCore::on(const Sampled& event) {
  if (!is_present(event.generation)) return;
  watch_->on_sample(event.sample, now_);
  if (status_.state == State::stopping) {
    // Stopped by SIGSTOP after the TERM: it will never act on it.
    if (monitor::is_stopped(event.sample)) kill_child();
  } else if (!open_.all().empty()) {
    check_watch();
  }
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
  if (status_.state != State::stopping) {
    judge_end(event.pipeline);
  } else if (after_stop_ == After::stop) {
    finish_stop();
  } else if (after_stop_ == After::launch_at_once) {
    launch();
  } else {
    restart_by_budget(*status_.verdict);
  }
}

// ---------------------------------------------------------------------------- time

void StreamCore::on(const Tick&) {
  switch (status_.state) {
    case State::starting:
    case State::on_air:
      if (!command_.reports_progress) check_health();
      check_watch();
      return;
    case State::stopping:
      climb_stop_ladder();
      return;
    case State::cooling_down:
      if (now_ >= *status_.next_launch_at) launch();
      return;
    case State::waiting_for_source:
    case State::fallback:
    case State::stopped:
      return;
  }
}

void StreamCore::on(const Paused&) {
  if (watch_) watch_->forgive(now_);
}

void StreamCore::check_watch() {
  if (!child_runs() || fault_stands_) return;
  checked_at_ = now_;
  const std::vector<Fault> faults = watch_->check(now_);
  if (!faults.empty() && faults.front().off_air) {
    judge_fault(faults.front());
  } else if (status_.state == State::on_air) {
    refresh_warnings(faults);
  }
}

}  // namespace recovery
