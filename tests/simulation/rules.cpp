#include "tests/simulation/rules.hpp"

#include <algorithm>
#include <cerrno>
#include <cmath>
#include <csignal>
#include <utility>
#include <variant>

#include "monitor/cause.hpp"
#include "tests/simulation/trace.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

namespace {

template <class Kind>
bool has(const Step& step) {
  return std::any_of(step.actions.begin(), step.actions.end(),
                     [](const Action& action) { return std::holds_alternative<Kind>(action); });
}

}  // namespace

Rules::Rules(const Scenario& scenario, Instant began)
    : scenario_(scenario),
      policy_(scenario.policy),
      slack_(scenario.tick_lateness * 2 + 1us),
      paused_at_(began) {
}

void Rules::check(const Event& event, const Step& step, const StreamCore& core, Truth truth,
                  Instant now) {
  step_ = &step;
  core_ = &core;
  status_ = &core.status();
  truth_ = truth;
  now_ = now;
  exited_ = nullptr;
  launch_failed_ = nullptr;
  const Generation generation = generation_of(event);
  if (generation != 0 && (generation != before_.generation || !child_.alive)) {
    check_dropped();
  } else {
    take(event);
    take_request(event);
    for (const Notice& notice : step.notices) check_notice(notice);
    for (const Action& action : step.actions) check_action(action);
    if (exited_ || launch_failed_) check_next();
  }
  check_state();
  check_stopping();
  check_deadline(std::holds_alternative<Tick>(event));
  check_watching();
  check_totals();
  check_incidents();
  before_ = {status_->state,      status_->generation,   status_->attempts,
             status_->ended,      status_->on_air_total, status_->off_air_total,
             status_->settled_at, core.next_deadline()};
}

// ---------------------------------------------------------------------------- what happened

void Rules::take(const Event& event) {
  if (std::holds_alternative<Launched>(event)) {
    child_.answered = ever_launched_ = true;
  } else if (std::holds_alternative<ProgressSeen>(event) && truth_.advanced) {
    if (is_before(State::on_air)) on_air_ += now_ - child_.advanced_at;
    child_.advanced = true;
    child_.advanced_at = child_.counted_from = now_;
  } else if (const auto* sampled = std::get_if<Sampled>(&event)) {
    child_.in_state_t = monitor::is_stopped(sampled->sample);
    if (!child_.in_state_t) child_.in_state_t_since.reset();
    if (child_.in_state_t && !child_.in_state_t_since) child_.in_state_t_since = now_;
  } else if (std::holds_alternative<Paused>(event)) {
    child_.counted_from = paused_at_ = now_;
    child_.in_state_t_since.reset();
  } else if ((exited_ = std::get_if<Exited>(&event)) ||
             (launch_failed_ = std::get_if<LaunchFailed>(&event))) {
    child_.alive = false;
    stop_.reset();
  }
}

void Rules::take_request(const Event& event) {
  asked_ = false;
  asked_launch_before_ = launch_is_asked_;
  if (before_.ended) return;
  const auto* stop = std::get_if<StopRequested>(&event);
  const bool kill = std::holds_alternative<KillRequested>(event);
  const bool restart = std::holds_alternative<RestartRequested>(event);
  const bool runs = is_before(State::starting) || is_before(State::on_air);
  asked_ = stop || kill || restart;
  if (stop && stop->shutdown && !shutdown_at_) shutdown_at_ = now_;
  if (stop || kill) {
    people_want_it_ = launch_is_asked_ = false;
    restart_due_.reset();
    kill_is_asked_ = kill_is_asked_ || kill;
  } else if (!shutdown_at_ &&
             (restart || (std::holds_alternative<StartRequested>(event) && !runs))) {
    people_want_it_ = launch_is_asked_ = true;
    restart_due_.reset();
  }
}

void Rules::check_dropped() {
  require(step_->actions.empty() && step_->notices.empty() && is(before_.state) &&
              status_->generation == before_.generation && status_->attempts == before_.attempts &&
              core_->next_deadline() == before_.deadline,
          "stale events are dropped", "an event of a child that is gone had an effect");
}

// ---------------------------------------------------------------------------- what is done

void Rules::check_action(const Action& action) {
  require(!before_.ended, "the end is final", "an action after End");
  if (const auto* launch = std::get_if<Launch>(&action)) check_launch(*launch);
  if (const auto* signal = std::get_if<Signal>(&action)) check_signal(*signal);
  if (const auto* end = std::get_if<End>(&action)) check_end(*end);
}

void Rules::check_launch(const Launch& launch) {
  ++tally_.launches;
  require(!child_.alive, "never two children", "Launch while a child lives");
  require(launch.generation == before_.generation + 1, "generations count up", "a gap");
  require(!shutdown_at_, "nothing launches after a shutdown", "Launch");
  require(people_want_it_, "a stop asked for holds", "Launch after a stop request");
  if (!launch_is_asked_) check_own_launch();
  launch_is_asked_ = kill_is_asked_ = false;
  restart_due_.reset();
  child_ = {};
  child_.alive = true;
  child_.launched_at = child_.advanced_at = child_.counted_from = now_;
  last_launch_ = now_;
}

void Rules::check_own_launch() {
  require(policy_.enabled, "switched off means hands off", "Launch");
  require(policy_.restart != Restart::never, "restart: never", "Launch");
  require(restart_due_.has_value(), "every launch was decided", "nobody decided this one");
  require(now_ >= *restart_due_, "a delay is kept", "launched before its time");
  while (!own_launches_.empty() && own_launches_.front() <= now_ - policy_.restart_cooldown) {
    own_launches_.pop_front();
  }
  own_launches_.push_back(now_);
  require(own_launches_.size() <= policy_.max_restart_attempts + 1,
          "no more launches in a cooldown than attempts and one", "one more");
}

void Rules::check_signal(const Signal& signal) {
  require(child_.alive && signal.generation == before_.generation, "signals go to the living",
          "no such child");
  if (!stop_) begin_stop();
  if (signal.number == SIGTERM) {
    require(!child_.in_state_t, "a stopped process gets KILL at once", "TERM");
    require(!stop_->killed_at, "nothing gentler follows KILL", "TERM");
    require(!kill_is_asked_, "a kill request leaves no grace", "TERM");
    require(++stop_->terms <= 2, "two TERMs at most", "a third");
    require(stop_->terms == 1 || now_ >= stop_->began + policy_.stop_grace / 2,
            "TERM again at half the grace", "too early");
    return;
  }
  require(signal.number == SIGKILL, "TERM or KILL", "another signal");
  require(child_.in_state_t || kill_is_asked_ || now_ >= stop_->began + policy_.stop_grace,
          "the grace is kept", "KILL before its end");
  require(!stop_->killed_at || now_ >= *stop_->killed_at + 1s, "KILL is not repeated in haste", "");
  stop_->killed_at = now_;
}

void Rules::begin_stop() {
  stop_.emplace();
  stop_->began = now_;
  if (asked_) return;
  ++tally_.faults;
  require(policy_.enabled, "switched off means hands off", "a signal");
  const bool starved = truth_.starved && child_.advanced &&
                       scenario_.limits.bitrate_drop.action == monitor::OnWarning::restart;
  require(scenario_.reports_progress && (starved || now_ >= stalled_at()),
          "no healthy child is signalled", "it advanced as it should");
}

void Rules::check_end(const End& end) {
  const bool gave_up = policy_.restart == Restart::never ||
                       (policy_.on_exhausted == OnExhausted::exit && escalated_);
  const bool allowed = policy_.restart != Restart::always && exited_ && exited_->status.code == 0;
  require(status_->ended, "End is told by the status", "not ended");
  switch (end.exit_code) {
    case 0:
      require(shutdown_at_ || allowed, "exit 0", "nobody asked for the end");
      break;
    case 1:
      require(shutdown_at_ && child_.alive, "exit 1", "no child resisted");
      break;
    case 69:
      require(gave_up && !shutdown_at_, "exit 69", "it had not given up");
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
  const bool launches = has<Launch>(*step_);
  if (is_before(State::stopping)) {
    if (!people_want_it_) {
      require(is(State::stopped) && status_->ended == shutdown_at_.has_value(), "a stop ends",
              "the child is gone and the stream is not stopped");
      return;
    }
    if (exited_ && asked_launch_before_) {
      require(launches, "a restart asked for comes at once", "the child is gone: no Launch");
      return;
    }
  } else if (exited_ && ends_by_itself()) {
    return;
  }
  if (launch_failed_ && !ever_launched_ && launch_failed_->error_number != EAGAIN) {
    require(status_->ended, "a command that cannot be executed ends the stream", "it goes on");
    return;
  }
  if (status_->ended || is(State::stopped)) return;  // check_end and check_state know why
  require(launches || is(State::cooling_down), "a restart is postponed, never dropped",
          "no restart");
  if (!exited_ || !was_healthy() || policy_.restart_delay.initial != 0s) return;
  require(launches || policy_.max_restart_attempts == 0, "a healthy stream is relaunched at once",
          "postponed");
}

bool Rules::ends_by_itself() const {
  const auto& status = exited_->status;
  if (status.code == 0 && !truth_.lost && !truth_.permanent && policy_.restart != Restart::always) {
    require(status_->ended, "restart allows a good end", "it did not end");
    return true;
  }
  if (truth_.permanent && status.code && !child_.advanced && !ever_on_air_) {
    require(status_->ended, "a wrong command ends the stream", "it goes on");
    return true;
  }
  return false;
}

bool Rules::was_healthy() const {
  const Instant good_until = scenario_.reports_progress ? child_.advanced_at : now_;
  return child_.on_air_since && good_until - *child_.on_air_since >= policy_.restart_cooldown;
}

Instant Rules::stalled_at() const {
  const auto& limits = scenario_.limits;
  const Instant output_due =
      child_.counted_from + (child_.advanced ? limits.freeze_timeout : limits.startup_timeout);
  if (!child_.in_state_t_since) return output_due;
  return std::min(output_due, *child_.in_state_t_since + limits.freeze_timeout);
}

// ---------------------------------------------------------------------------- what is told

void Rules::check_notice(const Notice& notice) {
  if (const auto* decided = std::get_if<Decided>(&notice)) check_decision(*decided);
  if (std::holds_alternative<CameOnAir>(notice)) {
    require(!is_before(State::on_air) && child_.alive, "on air once", "CameOnAir");
    require(!scenario_.reports_progress || truth_.advanced, "on air with an advance", "CameOnAir");
    ever_on_air_ = true;
    child_.on_air_since = child_.advanced_at = now_;
  } else if (std::holds_alternative<WentOffAir>(notice)) {
    require(is_before(State::on_air) && !is(State::on_air), "off air once", "WentOffAir");
  } else if (const auto* opened = std::get_if<IncidentOpened>(&notice)) {
    require(opened->incident.number == ++incidents_, "incidents count up", "a gap");
    require(!opened->incident.evidence.empty(), "an incident has evidence", "none");
    require(!(opened->incident.off_air && off_air_incident_), "one off-air incident", "a second");
    off_air_incident_ = off_air_incident_ || opened->incident.off_air;
    ++open_incidents_;
  } else if (const auto* closed = std::get_if<IncidentClosed>(&notice)) {
    require(open_incidents_-- > 0 && closed->incident.resolved_at == now_, "closed once", "");
    if (closed->incident.off_air) off_air_incident_ = false;
  } else if (const auto* escalated = std::get_if<Escalated>(&notice)) {
    ++tally_.escalations;
    require(!std::exchange(escalated_, true), "escalated once until resolved", "again");
    require(escalated->attempts == policy_.max_restart_attempts, "escalated when spent", "not yet");
  } else if (std::holds_alternative<EscalationResolved>(notice)) {
    require(std::exchange(escalated_, false), "resolved once", "nothing was escalated");
    require(child_.on_air_since && now_ - *child_.on_air_since >= policy_.restart_cooldown,
            "resolved by a whole healthy cooldown", "too early");
  } else if (std::holds_alternative<Unkillable>(notice)) {
    require(stop_ && stop_->killed_at, "unkillable after KILL", "no KILL was sent");
  }
}

void Rules::check_decision(const Decided& decided) {
  const auto& rule = policy_.restart_delay;
  require(decided.delay >= 0s && decided.delay <= policy_.restart_cooldown,
          "no delay is longer than the cooldown", "it is");
  if (decided.kind != DecisionKind::restart_ffmpeg || decided.attempt == 0) return;
  restart_due_ = now_ + decided.delay;
  require(decided.attempt == 1 || decided.attempt == before_.attempts + 1, "attempts count up", "");
  if (decided.attempt > policy_.max_restart_attempts) {
    require(policy_.on_exhausted == OnExhausted::keep_trying, "on_exhausted: exit, stop",
            "it tries again");
    require(*restart_due_ == std::max(now_, *last_launch_ + policy_.restart_cooldown),
            "then one launch each cooldown, from launch to launch", "at another time");
    return;
  }
  double wanted = monitor::seconds(rule.initial);
  if (decided.attempt > 1) {
    wanted = monitor::seconds(rule.step) * std::pow(rule.multiplier, decided.attempt - 2.0);
  }
  const double limit = monitor::seconds(policy_.restart_cooldown);
  const double delay = monitor::seconds(decided.delay);
  require(delay >= std::min(limit, wanted * (1 - rule.jitter)) - 1e-6 &&
              delay <= std::min(limit, wanted * (1 + rule.jitter)) + 1e-6,
          "delays grow by step and multiplier", "another delay");
}

}  // namespace simulation
