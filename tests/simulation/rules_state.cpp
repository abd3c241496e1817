// The rules that hold after each step, whatever the event was.

#include <algorithm>

#include "tests/simulation/rules.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

void Rules::check_state() const {
  const Status& status = status_;
  require(!before_.ended || status.ended, "the end is final", "not ended any more");
  require(!shutdown_at_ || is(State::stopping) || is(State::stopped), "a shutdown holds",
          "it runs");
  require(people_want_it_ || is(State::stopping) || is(State::stopped), "a stop asked for holds",
          "it runs");
  require(status.pid.has_value() == (child_.alive && child_.answered), "the pid is the child's",
          "");
  require(!child_.alive || status.role == child_.role, "the role is the child's", "");
  require(status.on_air_since.has_value() == is(State::on_air), "on_air_since while on air", "");
  const bool is_waiting_with_fallback = is(State::fallback) || is(State::stopping);
  require(!status.next_launch_at || is(State::cooling_down) || is_waiting_with_fallback,
          "next_launch_at while it has its time", "at another");
  require(!status.next_launch_at || restart_due_ == status.next_launch_at,
          "next_launch_at is what was decided", "another");
  require(!status.fallback_since || (is_waiting_with_fallback && child_.role == Role::fallback),
          "fallback_since while the fallback is on air", "at another time");
  switch (status.state) {
    case State::starting:
    case State::on_air:
      require(primary_is_alive() && !stop_, "a child runs", "none");
      return;
    case State::stopping:
      require(child_.alive && stop_, "a child is being stopped", "no");
      return;
    case State::cooling_down:
      require(!child_.alive && restart_due_ == status.next_launch_at && restart_due_,
              "a restart is due", "no");
      return;
    case State::waiting_for_source:
      require(!child_.alive && wait_, "a source is waited for", "no");
      require(!is_before(State::waiting_for_source) || fallback_is_wanted() ||
                  !is_past(wait_->failed_at + policy_.audio_stream.retry_interval),
              "FFmpeg itself tries its source once a retry interval at least", "it does not");
      return;
    case State::waiting_for_receiver:
      require(primary_is_alive() && !stop_, "FFmpeg waits for a receiver", "none runs");
      return;
    case State::fallback:
      require(child_.alive && child_.role == Role::fallback && !stop_, "a fallback runs", "none");
      require(wait_ || restart_due_, "the primary waits meanwhile", "for nothing");
      return;
    case State::covered:
      require(false, "the encoder's own state", "that of its outputs");
      return;
    case State::stopped:
      require(status.ended || !child_.alive, "stopped without a child", "one lives");
      require(status.ended || !people_want_it_ || !policy_.enabled ||
                  (policy_.on_exhausted == OnExhausted::stop && escalated_),
              "always a child, a deadline or a reason to be stopped", "a restart was dropped");
      return;
  }
}

void Rules::check_stopping() const {
  if (!stop_ || status_.ended) return;
  const bool killed = stop_->killed_at.has_value();
  require(killed || !child_.in_state_t, "a stopped process gets KILL at once", "none was sent");
  require(killed || stop_->terms == 2 || !stop_->was_seen_still,
          "TERM again to one that stands still", "not sent");
  require(killed || !is_past(stop_->began + policy_.stop_grace), "KILL when the grace is over",
          "not sent");
  if (!shutdown_at_ || !killed) return;
  // A process in uninterruptible sleep is left behind two seconds after its KILL. One whose launch
  // was not answered yet has not got the signals before.
  const bool may_resist = truth_.resists_kill || !stop_->child_was_answered;
  // While nobody could run, nobody could end.
  const Instant killed_by = std::max(*shutdown_at_ + policy_.stop_grace, paused_at_);
  require(!is_past(killed_by + (may_resist ? 5s : 1s)), "a shutdown ends within the grace and 1 s",
          "it goes on");
}

void Rules::check_deadline(bool was_tick) {
  const Instant deadline = core_->next_deadline();
  // But for the alert of what has failed for good.
  const bool is_due = deadline != monitor::never;
  require(!is(State::stopped) || status_.failed || !is_due, "nothing is due when stopped", "");
  if (is(State::stopping) || is(State::cooling_down) || is(State::waiting_for_source) ||
      (policy_.enabled && scenario_.command.reports_progress && !is(State::stopped))) {
    require(deadline != monitor::never, "always a deadline", "never");
  }
  if (restart_due_ && !is(State::stopping)) {
    require(deadline <= *restart_due_, "no sleep over a launch", "the deadline is later");
  }
  if (!was_tick || now_ < before_.deadline) return;
  ++tally_.ticks;
  require(deadline > now_ || deadline != before_.deadline || !step_->actions.empty(), "no spinning",
          "a Tick changed nothing");
  constexpr std::size_t burst = 400;
  ticks_.push_back(now_);
  if (ticks_.size() <= burst) return;
  require(now_ - ticks_.front() > 1s, "no spinning", "400 ticks in a second");
  ticks_.pop_front();
}

void Rules::check_watching() const {
  const bool comes_next = exited_ || launch_failed_;  // of the fallback: the next Tick launches
  require(!restart_due_ || !is_past(*restart_due_) || is(State::stopping) || comes_next,
          "a postponed restart happens, the fallback yields to it", "its time is past");
  check_bounds_of_plans();
  if (!child_.alive || !reports_progress() || now_ <= stalled_at() + slack_) return;
  const bool idle = is(State::starting) && !policy_.enabled;
  require(is(State::stopping) || is(State::stopped) || idle,
          "a frozen child is noticed within its timeout", "not noticed");
}

// Nobody waits for a track for ever; and none that may be restarted for is left out.
void Rules::check_bounds_of_plans() const {
  if (!is(State::on_air)) return;
  const Instant at_air = std::max(child_.launched_at, *child_.on_air_since);
  const PlannedRestart& plan = policy_.planned_restart;
  const Duration wait = plan.at == RestartMoment::any ? 0s : plan.within;
  require(!policy_.enabled || !plan.every ||
              !is_past(std::max(at_air, child_.launched_at + *plan.every + wait)),
          "a planned restart comes within its bound", "it did not");
  require(!policy_.restart_on_track_change || !child_.track_changed ||
              !is_past(std::max(at_air, child_.launched_at + 5s)),
          "a track change restarts", "it did not");
}

void Rules::check_totals() {
  const Status& status = status_;
  if (!settled_from_ && status.settled_at != Instant{}) settled_from_ = now_;
  require(status.on_air_total >= before_.on_air && status.off_air_total >= before_.off_air &&
              status.settled_at >= before_.settled_at && status.settled_at <= now_,
          "totals only grow", "one shrank");
  if (!settled_from_) return;
  require(status.on_air_total + status.off_air_total + status.covered_total ==
              status.settled_at - *settled_from_,
          "totals add up to the time settled", "they do not");
  require(!scenario_.command.reports_progress || status.on_air_total == on_air_,
          "on air counts up to the last advance", "another total");
}

void Rules::check_incidents() const {
  const auto& open = core_->open_incidents();
  require(open.size() == open_incidents_, "open incidents are those told", "others");
  if (is(State::on_air)) require(!off_air_incident_, "on air closes the incident", "it is open");
  const bool waits = is(State::cooling_down) || is(State::waiting_for_source);
  if (waits && ever_launched_) require(off_air_incident_, "off air opens an incident", "none");
  if (open.empty()) return;
  require(std::all_of(open.begin(), open.end(),
                      [](const Incident& incident) {
                        return incident.actions.size() <= Incident::actions_limit &&
                               incident.evidence.size() <= monitor::evidence_limit;
                      }),
          "evidence and actions are bounded", "too many");
}

}  // namespace simulation
