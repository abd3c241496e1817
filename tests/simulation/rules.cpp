// What happened, as the rules see it; where each rule is asked.

#include "tests/simulation/rules.hpp"

#include <algorithm>
#include <utility>
#include <variant>

#include "tests/simulation/trace.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

Rules::Rules(const Scenario& scenario, Instant began)
    : scenario_(scenario),
      policy_(scenario.policy),
      slack_(scenario.tick_lateness * 2 + 1us),
      paused_at_(began) {
}

// ---------------------------------------------------------------------------- lives

void Rules::begin_life(const StreamCore::Resumed& past, Instant now) {
  ++tally_.lives;
  before_ = {};
  before_.attempts = past.attempts;
  before_.retries = past.source_retries;
  child_ = {};
  stop_.reset();
  resumes_crash_ = !past.stopped_as_asked && past.launched_ago;
  people_want_it_ = launch_is_asked_ = asked_launch_before_ = kill_is_asked_ = false;
  shutdown_at_.reset();
  ever_launched_ = ever_on_air_ = return_is_decided_ = on_purpose_ = false;
  carried_well_since_.reset();
  restart_due_.reset();
  known_launch_.reset();
  if (past.launched_ago) known_launch_ = now - *past.launched_ago;
  wait_.reset();
  source_ = {source_.shortest};
  sink_ = {sink_.shortest};
  sink_was_missing_ = name_in_use_ = stands_by_ = fallback_is_wrong_ = after_failed_fallback_ =
      false;
  on_lasting();
  fallback_failed_at_.reset();
  fallback_relaunches_.clear();
  on_air_ = {};
  settled_from_.reset();
  off_air_incident_ = false;
  open_incidents_ = 0;
  incidents_ = 0;
  ticks_.clear();
  retries_ = past.source_retries;
  resolved_by_people_ = !past.escalated && past.attempts > policy_.max_restart_attempts;
  // Where the record of an escalation was lost, nobody was told of it.
  escalated_ = escalated_by_earlier_life_ = before_.escalated = past.escalated;
  alerted_ = past.alert.has_value();
  not_off_air_at_ = now;
  as_asked_ = true;
}

void Rules::die(bool record_is_lost, Instant now) {
  if (before_.ended) return;
  ++tally_.crashes;
  if (!record_is_lost) return;
  ++tally_.torn_journals;
  torn_.push_back(now);
}

// ---------------------------------------------------------------------------- a step

void Rules::check(const Event& event, const Step& step, const StreamCore& core, Truth truth,
                  Instant now) {
  event_ = &event;
  step_ = &step;
  core_ = &core;
  status_ = core.status();
  truth_ = truth;
  now_ = now;
  exited_ = nullptr;
  launch_failed_ = nullptr;
  was_due_ = restart_due_.has_value();
  return_was_decided_ = return_is_decided_;
  note_answer(event);
  const Generation generation = generation_of(event);
  const bool is_dropped = generation != 0 && (generation != before_.generation || !child_.alive);
  if (is_dropped && before_.deadline > now_) check_dropped();
  if (!is_dropped) {
    take(event);
    take_request(event);
  }
  for (const Notice& notice : step.notices) check_notice(notice);
  check_begun_wait();
  if (const auto* answer = std::get_if<SourceProbed>(&event)) take_answer(*answer);
  if (const auto* answer = std::get_if<SinkProbed>(&event)) take_answer(*answer);
  for (const Action& action : step.actions) check_action(action);
  if (exited_ || launch_failed_) check_next();
  check_state();
  check_stopping();
  check_deadline(std::holds_alternative<Tick>(event));
  check_watching();
  check_looks();
  check_fallback_runs();
  check_escalation();
  check_alert();
  check_retries();
  check_totals();
  check_incidents();
  if (is(State::stopped)) {
    source_.rest();
    sink_.rest();
  }
  before_ = {status_.state,      status_.generation,  status_.attempts,     status_.source_retries,
             status_.ended,      status_.escalated,   status_.on_air_total, status_.off_air_total,
             status_.settled_at, core.next_deadline()};
}

void Rules::take(const Event& event) {
  if (std::holds_alternative<Launched>(event)) {
    child_.answered = true;
    if (child_.role == Role::primary) ever_launched_ = true;
  } else if (const auto* standby = std::get_if<StandbyChanged>(&event)) {
    stands_by_ = standby->stands_by;
  } else if (std::holds_alternative<TrackChanged>(event)) {
    ++tally_.track_changes;
    const bool plays = is_before(State::starting) || is_before(State::on_air);
    if (plays && child_.role == Role::primary) child_.track_changed = true;
  } else if (std::holds_alternative<ProgressSeen>(event) && truth_.advanced) {
    if (is_before(State::on_air)) {
      on_air_ += now_ - child_.advanced_at;
      if (now_ - *child_.on_air_since >= 5s) on_lasting();
    }
    if (proves_source() && is_before(State::on_air)) {
      source_.watch(policy_.probe_interval, now_);
    }
    if (!child_.first_advanced_at) child_.first_advanced_at = now_;
    child_.advanced = true;
    child_.advanced_at = child_.counted_from = now_;
    if (!is_before(State::stopping)) child_.good_until = now_;
    const bool is_healthy_fallback = is_before(State::fallback) && child_.on_air_since &&
                                     now_ - *child_.on_air_since >= policy_.restart_cooldown;
    if (is_healthy_fallback) fallback_relaunches_.clear();
  } else if (const auto* sample = process_sample_of(event)) {
    child_.in_state_t = monitor::is_stopped(*sample);
    if (!child_.in_state_t) child_.in_state_t_since.reset();
    if (child_.in_state_t && !child_.in_state_t_since) child_.in_state_t_since = now_;
    // All that shows how long a command without progress lasts, beside its end and the ticks.
    const bool is_seen = is_before(State::on_air) && !reports_progress();
    if (is_seen && now_ - *child_.on_air_since >= 5s) on_lasting();
    if (stop_) take_work(*sample);
  } else if (const auto* said = std::get_if<SignSeen>(&event)) {
    const bool counts = is_before(State::starting) || is_before(State::on_air);
    if (counts && said->sign.name_in_use) child_.name_in_use = true;
  } else if (std::holds_alternative<Tick>(event) && is_before(State::on_air) &&
             !reports_progress()) {
    if (now_ - *child_.on_air_since >= 5s) on_lasting();
  } else if (std::holds_alternative<Paused>(event)) {
    child_.counted_from = paused_at_ = now_;
    child_.in_state_t_since.reset();
    if (stop_) stop_->still_since = now_;
  } else if ((exited_ = std::get_if<Exited>(&event)) ||
             (launch_failed_ = std::get_if<LaunchFailed>(&event))) {
    gone_ = child_;
    child_.alive = false;
    stop_.reset();
    if (child_.role == Role::fallback) return note_fallback_end(!is_before(State::stopping));
    if (!reports_progress() && is_before(State::on_air) && now_ - *child_.on_air_since >= 5s) {
      on_lasting();
    }
    name_in_use_ = child_.name_in_use;
    aired_ = child_.first_advanced_at && child_.advanced_at - *child_.first_advanced_at >= 3s;
    if (name_in_use_) ++tally_.names_in_use;
  }
}

// By a person, or by a reload: that one only of a stream that people want.
bool Rules::asks_restart(const Event& event) const {
  if (std::holds_alternative<Reconfigured>(event)) return people_want_it_ && !shutdown_at_;
  return std::holds_alternative<RestartRequested>(event);
}

void Rules::take_request(const Event& event) {
  asked_ = false;
  asked_launch_before_ = launch_is_asked_;
  on_purpose_before_ = on_purpose_;
  if (before_.ended) return;
  const auto* stop = std::get_if<StopRequested>(&event);
  const bool kill = std::holds_alternative<KillRequested>(event);
  const bool restart = asks_restart(event);
  const bool start = std::holds_alternative<StartRequested>(event);
  const bool runs = is_before(State::starting) || is_before(State::on_air);
  asked_ = stop || kill || restart;
  if (stop && stop->shutdown && !shutdown_at_) {
    shutdown_at_ = now_;
    ++tally_.shutdowns;
  }
  if (stop || kill) {
    on_purpose_ = false;
    people_want_it_ = launch_is_asked_ = return_is_decided_ = false;
    restart_due_.reset();
    leave_wait();
    kill_is_asked_ = kill_is_asked_ || kill;
  } else if (!shutdown_at_ && start && resumes_crash_) {
    people_want_it_ = true;
    resumes_crash_ = false;
    ++tally_.resumed_crashes;
  } else if (!shutdown_at_ && (restart || (start && !runs))) {
    people_want_it_ = launch_is_asked_ = true;
    asked_ = true;
    return_is_decided_ = false;
    restart_due_.reset();
    leave_wait();
  }
}

// Nothing was due: so nothing may have happened.
void Rules::check_dropped() {
  require(step_->actions.empty() && step_->notices.empty() && is(before_.state) &&
              status_.generation == before_.generation && status_.attempts == before_.attempts &&
              core_->next_deadline() == before_.deadline,
          "stale events are dropped", "an event of a child that is gone had an effect");
}

void Rules::check_action(const Action& action) {
  require(!before_.ended, "the end is final", "an action after End");
  if (const auto* launch = std::get_if<Launch>(&action)) check_launch(*launch);
  if (const auto* signal = std::get_if<Signal>(&action)) check_signal(*signal);
  if (const auto* look = std::get_if<ProbeSource>(&action)) {
    ++tally_.source_looks;
    require(scenario_.command.source_can_be_probed, "looks only where one can look", "a source");
    check_look(source_, look->number);
  }
  if (const auto* look = std::get_if<ProbeSink>(&action)) {
    ++tally_.sink_looks;
    require(scenario_.command.sink_can_be_probed, "looks only where one can look", "a sink");
    require(sink_.due != monitor::never, "a sink is looked at while it is waited for",
            "at another time");
    check_look(sink_, look->number);
  }
  if (const auto* end = std::get_if<End>(&action)) check_end(*end);
}

}  // namespace simulation
