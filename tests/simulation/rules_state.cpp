// The rules that hold after each step, whatever the event was.

#include <algorithm>

#include "tests/simulation/rules.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

void Rules::check_state() const {
  const Status& status = *status_;
  require(!before_.ended || status.ended, "the end is final", "not ended any more");
  require(!shutdown_at_ || is(State::stopping) || is(State::stopped), "a shutdown holds",
          "it runs");
  require(people_want_it_ || is(State::stopping) || is(State::stopped), "a stop asked for holds",
          "it runs");
  require(status.pid.has_value() == (child_.alive && child_.answered), "the pid is the child's",
          "");
  require(status.on_air_since.has_value() == is(State::on_air), "on_air_since while on air", "");
  require(status.next_launch_at.has_value() == is(State::cooling_down), "next_launch_at", "");
  require(status.escalated == escalated_, "escalated is told by the status", "not so");
  require(escalated_ == (status.attempts > policy_.max_restart_attempts),
          "escalated when the attempts are spent", "not so");
  switch (status.state) {
    case State::starting:
    case State::on_air:
      require(child_.alive && !stop_, "a child runs", "none");
      return;
    case State::stopping:
      require(child_.alive && stop_, "a child is being stopped", "no");
      return;
    case State::cooling_down:
      require(!child_.alive && restart_due_ == status.next_launch_at, "a restart is due", "no");
      return;
    case State::stopped:
      require(status.ended || !child_.alive, "stopped without a child", "one lives");
      require(status.ended || !people_want_it_ || !policy_.enabled ||
                  (policy_.on_exhausted == OnExhausted::stop && escalated_),
              "always a child, a deadline or a reason to be stopped", "a restart was dropped");
      return;
    default:
      require(false, "states of this version", "another");
  }
}

void Rules::check_stopping() const {
  if (!stop_ || status_->ended) return;
  const auto is_past = [&](Instant due) { return now_ > std::max(due, paused_at_) + slack_; };
  const bool killed = stop_->killed_at.has_value();
  require(killed || !child_.in_state_t, "a stopped process gets KILL at once", "none was sent");
  require(killed || stop_->terms == 2 || !is_past(stop_->began + policy_.stop_grace / 2),
          "TERM again at half the grace", "not sent");
  require(killed || !is_past(stop_->began + policy_.stop_grace), "KILL when the grace is over",
          "not sent");
  if (!shutdown_at_ || !killed) return;
  require(!is_past(std::max(*shutdown_at_, stop_->began + policy_.stop_grace) + 5s),
          "a shutdown ends within the grace and 5 s", "it goes on");
}

void Rules::check_deadline(bool was_tick) {
  const Instant deadline = core_->next_deadline();
  if (is(State::stopped)) require(deadline == monitor::never, "nothing is due when stopped", "");
  if (is(State::stopping) || is(State::cooling_down) ||
      (policy_.enabled && scenario_.reports_progress && !is(State::stopped))) {
    require(deadline != monitor::never, "always a deadline", "never");
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
  require(!restart_due_ || now_ <= std::max(*restart_due_, paused_at_) + slack_,
          "a postponed restart happens", "its time is past");
  if (!scenario_.reports_progress || !child_.alive || now_ <= stalled_at() + slack_) return;
  const bool idle = is(State::starting) && !policy_.enabled;
  require(is(State::stopping) || is(State::stopped) || idle,
          "a frozen child is noticed within its timeout", "not noticed");
}

void Rules::check_totals() {
  const Status& status = *status_;
  if (!settled_from_ && status.generation != 0) settled_from_ = last_launch_;
  require(status.on_air_total >= before_.on_air && status.off_air_total >= before_.off_air &&
              status.settled_at >= before_.settled_at && status.settled_at <= now_,
          "totals only grow", "one shrank");
  if (!settled_from_) return;
  require(status.on_air_total + status.off_air_total == status.settled_at - *settled_from_,
          "totals add up to the time settled", "they do not");
  require(!scenario_.reports_progress || status.on_air_total == on_air_,
          "on air counts up to the last advance", "another total");
}

void Rules::check_incidents() const {
  const auto& open = core_->open_incidents();
  require(open.size() == open_incidents_, "open incidents are those told", "others");
  if (is(State::on_air)) require(!off_air_incident_, "on air closes the incident", "it is open");
  if (is(State::cooling_down)) require(off_air_incident_, "off air opens an incident", "none");
  if (open.empty()) return;
  require(std::all_of(open.begin(), open.end(),
                      [](const Incident& incident) {
                        return incident.actions.size() <= Incident::actions_limit;
                      }),
          "actions are bounded", "too many");
}

}  // namespace simulation
