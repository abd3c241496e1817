// How a child is ended, and what follows its end.

#include <algorithm>
#include <cerrno>
#include <csignal>

#include "tests/simulation/rules.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

namespace {

bool launches(const Step& step, Role role) {
  return std::any_of(step.actions.begin(), step.actions.end(), [role](const Action& action) {
    const auto* launch = std::get_if<Launch>(&action);
    return launch && launch->role == role;
  });
}

}  // namespace

// ---------------------------------------------------------------------------- signals

void Rules::check_signal(const Signal& signal) {
  require(child_.alive && signal.generation == before_.generation, "signals go to the living",
          "no such child");
  if (!stop_) begin_stop();
  if (signal.number == SIGTERM) {
    require(!child_.in_state_t, "a stopped process gets KILL at once", "TERM");
    require(!stop_->killed_at, "nothing gentler follows KILL", "TERM");
    require(!kill_is_asked_, "a kill request leaves no grace", "TERM");
    require(++stop_->terms <= 2, "two TERMs at most", "a third");
    require(stop_->terms == 1 || stands_still(), "TERM again only to one that stands still",
            "it works, or it is not known that it does not");
    return;
  }
  require(signal.number == SIGKILL, "TERM or KILL", "another signal");
  require(child_.in_state_t || kill_is_asked_ || now_ >= stop_->began + policy_.stop_grace,
          "the grace is kept", "KILL before its end");
  require(!stop_->killed_at || now_ >= *stop_->killed_at + 1s, "KILL is not repeated in haste", "");
  stop_->killed_at = now_;
}

// By the samples alone: two seconds without CPU and without a written byte.
bool Rules::stands_still() const {
  return stop_->work && now_ - stop_->still_since >= 2s;
}

void Rules::take_work(const monitor::ProcessSample& sample) {
  if (!sample.written_bytes) return stop_->work.reset();
  const std::pair seen{sample.cpu_time, *sample.written_bytes};
  if (stop_->work != seen) stop_->still_since = now_;
  stop_->work = seen;
  stop_->was_seen_still = stop_->was_seen_still || stands_still();
}

void Rules::begin_stop() {
  stop_.emplace();
  stop_->began = now_;
  stop_->child_was_answered = child_.answered;
  if (asked_ || is_on_purpose()) return;
  require(policy_.enabled, "switched off means hands off", "a signal");
  if (child_.role == Role::fallback) {
    // For the primary's sake, or because recovery has given up; else for a fault of its own.
    const bool primary_is_due = return_is_decided_ || (restart_due_ && now_ >= *restart_due_);
    const bool gives_up = may_give_up() && std::holds_alternative<SourceProbed>(*event_);
    child_.yields = primary_is_due || gives_up;
    if (primary_is_due) ++tally_.yields;
    if (child_.yields) return;
  }
  ++tally_.faults;
  const bool starved = truth_.starved && child_.advanced && child_.role == Role::primary &&
                       scenario_.limits.bitrate_drop.action == monitor::OnWarning::restart;
  require(reports_progress() && (starved || now_ >= stalled_at()), "no healthy child is signalled",
          "it advanced as it should");
}

bool Rules::reports_progress() const {
  return child_.role == Role::primary ? scenario_.command.reports_progress
                                      : scenario_.command.fallback_reports_progress;
}

Instant Rules::stalled_at() const {
  const auto& limits = scenario_.limits;
  const Instant output_due =
      child_.counted_from + (child_.advanced ? limits.freeze_timeout : limits.startup_timeout);
  if (!child_.in_state_t_since) return output_due;
  return std::min(output_due, *child_.in_state_t_since + limits.freeze_timeout);
}

// ---------------------------------------------------------------------------- the end

void Rules::check_end(const End& end) {
  const bool gave_up = policy_.restart == Restart::never ||
                       (policy_.on_exhausted == OnExhausted::exit && escalated_);
  const bool allowed = policy_.restart != Restart::always && exited_ && exited_->status.code == 0;
  require(status_.ended, "End is told by the status", "not ended");
  switch (end.exit_code) {
    case 0:
      require(shutdown_at_ || allowed, "exit 0", "nobody asked for the end");
      break;
    case 1:
      require(shutdown_at_ && child_.alive, "exit 1", "no child resisted");
      break;
    case 69:
      require(gave_up && !shutdown_at_ && !child_.alive, "exit 69", "it had not given up");
      break;
    case 78:
      require(truth_.permanent && !ever_on_air_, "exit 78", "not a wrong command");
      break;
    case 126:
    case 127:
      require(launch_failed_ && !ever_launched_, "exit 126/127", "it had run");
      break;
    default:
      require(false, "exit codes", "not one of the contract's");
  }
  ++tally_.ends;
}

// After the child is gone the core goes on by the rules, each case.
void Rules::check_next() {
  const bool launched = launches(*step_, Role::primary);
  if (is_before(State::stopping) && !people_want_it_) {
    require(is(State::stopped) && status_.ended == shutdown_at_.has_value(), "a stop ends",
            "the child is gone and the stream is not stopped");
    return;
  }
  if (is_before(State::stopping) && asked_launch_before_) {
    const bool failed = launch_failed_ && gone_.role == Role::primary;
    require(launched || failed, "a restart asked for comes at once", "no Launch");
    require(!on_purpose_before_ || (status_.attempts == before_.attempts && !off_air_incident_),
            "restarts on purpose spend no attempts and are no incidents", "this one");
    return;
  }
  if (gone_.role == Role::fallback) return check_next_after_fallback(launched);
  if (!is_before(State::stopping) && exited_ && ends_by_itself()) return;
  if (launch_failed_ && !ever_launched_ && launch_failed_->error_number != EAGAIN) {
    require(status_.ended, "a command that cannot be executed ends the stream", "it goes on");
    return;
  }
  if (status_.ended || is(State::stopped)) return;  // check_end and check_state know why
  check_next_after_primary(launched);
}

void Rules::check_next_after_fallback(bool launched) {
  const bool waits =
      is(State::cooling_down) || is(State::waiting_for_source) || is(State::fallback);
  require(status_.attempts == before_.attempts, "the primary's budget is the primary's",
          "an attempt for the end of a fallback");
  if (gone_.yields) {
    require(launched || may_give_up(), "the fallback yields to the primary", "no Launch");
  } else if (is_before(State::stopping)) {
    require(launched || waits || may_give_up(), "the primary waits on for what it waited for",
            "no");
  } else {
    require(waits, "the primary waits on for what it waited for", "it does not");
  }
}

// By itself or stopped for a fault: a launch, or a wait for its time or its source.
void Rules::check_next_after_primary(bool launched) {
  const bool waits =
      is(State::cooling_down) || is(State::waiting_for_source) || is(State::fallback);
  require(launched || waits, "a restart is postponed, never dropped", "no restart");
  const bool can_wait = scenario_.command.source_can_be_probed || !gone_had_output();
  if (exited_ && exited_->status.code && truth_.blames_source && !is_before(State::stopping) &&
      can_wait && scenario_.command.reports_progress) {
    require(wait_ && wait_->failed_at == now_ && !launched && status_.attempts == before_.attempts,
            "a missing source is waited for", "it is not");
  }
  if (!exited_ || !was_healthy() || policy_.restart_delay.initial != 0s || wait_) return;
  require(launched || policy_.max_restart_attempts == 0 || name_in_use_,
          "a healthy stream is relaunched at once", "postponed");
}

bool Rules::ends_by_itself() const {
  const auto& status = exited_->status;
  if (status.code == 0 && !truth_.lost && !truth_.permanent && policy_.restart != Restart::always) {
    require(status_.ended, "restart allows a good end", "it did not end");
    return true;
  }
  if (truth_.permanent && status.code && !gone_.advanced && !ever_on_air_) {
    require(status_.ended, "a wrong command ends the stream", "it goes on");
    return true;
  }
  return false;
}

bool Rules::was_healthy() const {
  const Instant good_until = scenario_.command.reports_progress ? gone_.good_until : now_;
  return gone_.on_air_since && good_until - *gone_.on_air_since >= policy_.restart_cooldown;
}

}  // namespace simulation
