// Who may be launched, when, and how often, over all lives.

#include <algorithm>
#include <cmath>

#include "tests/simulation/rules.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

namespace {

constexpr Duration after_hang_up = 1s;  // of what had been on air for seconds
constexpr Duration settle_time = 2s;    // for a server that says "already publishing"

// Those of the last `span` stay.
void forget(std::deque<Instant>& instants, Instant now, Duration span) {
  while (!instants.empty() && instants.front() <= now - span) instants.pop_front();
}

}  // namespace

void Rules::check_launch(const Launch& launch) {
  require(!child_.alive, "one publisher: never two children", "Launch while a child lives");
  require(launch.generation == before_.generation + 1, "generations count up", "a gap");
  require(!shutdown_at_, "nothing launches after a shutdown", "Launch");
  require(people_want_it_, "a stop asked for holds", "Launch after a stop request");
  ++tally_.launches;
  if (launch.role == Role::fallback) {
    check_fallback_launch();
  } else {
    check_primary_launch();
  }
  kill_is_asked_ = on_purpose_ = false;
  child_ = {};
  child_.role = launch.role;
  child_.alive = true;
  child_.launched_at = child_.advanced_at = child_.counted_from = now_;
}

void Rules::check_primary_launch() {
  if (!launch_is_asked_) {
    require(policy_.enabled || !ever_launched_, "switched off means hands off", "Launch");
    require(policy_.restart != Restart::never || !ever_launched_, "restart: never", "Launch");
    if (!return_is_decided_) check_own_launch();
  }
  launch_is_asked_ = return_is_decided_ = after_failed_fallback_ = false;
  restart_due_.reset();
  leave_wait();
  source_.rest();  // the look could take the place that FFmpeg is about to ask for
  sink_.rest();
  last_launch_ = known_launch_ = now_;
}

// The budget holds across lives. A record that was lost may have held one launch.
void Rules::check_own_launch() {
  require(restart_due_.has_value(), "every launch was decided", "nobody decided this one");
  require(now_ >= *restart_due_, "a delay is kept", "launched before its time");
  // Of an earlier life's launch the next one knows the second.
  forget(own_launches_, now_, policy_.restart_cooldown - (tally_.crashes > 0 ? 1s : 0s));
  forget(torn_, now_, policy_.restart_cooldown);
  own_launches_.push_back(now_);
  if (std::exchange(follows_hang_up_, false)) own_launches_.pop_back();
  require(own_launches_.size() <= policy_.max_restart_attempts + 1 + torn_.size(),
          "no more launches in a cooldown than attempts and one, over all lives", "one more");
}

void Rules::check_decision(const Decided& decided) {
  require(decided.delay >= 0s && decided.delay <= std::max({policy_.restart_cooldown, settle_time,
                                                            policy_.audio_stream.retry_interval}),
          "no delay is longer than the cooldown", "it is");
  require(policy_.enabled || decided.kind == DecisionKind::none ||
              decided.kind == DecisionKind::escalate_alert || asked_ || !ever_launched_,
          "switched off means hands off", "a decision");
  if (decided.kind == DecisionKind::wait_for_source && !wait_) begin_wait();
  if (decided.kind != DecisionKind::restart_ffmpeg) return;
  if (decided.attempt > 0) {
    check_attempt(decided);
    check_delay(decided);
    restart_due_ = now_ + decided.delay;
    end_wait();
    if (decided.delay == 0s && stop_) child_.yields = true;
    const auto* verdict = status_.verdict ? &*status_.verdict : nullptr;
    const bool is_unexplained = verdict && verdict->cause == monitor::Cause::encoder_failed &&
                                verdict->confidence == monitor::Confidence::low &&
                                !scenario_.command.has_fallback;
    const bool blames_sink = is_unexplained || (verdict && monitor::component_of(verdict->cause) ==
                                                               monitor::Component::sink);
    if (blames_sink && ever_launched_ && decided.delay > 0s &&
        scenario_.command.sink_can_be_probed) {
      if (!sink_lost_since_) sink_lost_since_ = now_;
      sink_.await(policy_.probe_interval, *sink_lost_since_, now_);
      // FFmpeg could not connect to it: it may be back before the first look.
      sink_was_missing_ = verdict->cause == monitor::Cause::sink_unreachable;
    }
  } else if (wait_ && !asks_restart(*event_) && !std::holds_alternative<SourceProbed>(*event_)) {
    check_trial();
  } else if (!asks_restart(*event_) && !is_on_purpose()) {
    return_is_decided_ = true;  // take_answer() knows whether rightly
    restart_due_.reset();
    child_.yields = child_.yields || stop_;
  }
}

// Source outages spend no attempts: one is only spent on the source's account when the first look
// said that it was there all the time, or where one cannot look.
void Rules::check_attempt(const Decided& decided) {
  require(decided.attempt == 1 || decided.attempt == before_.attempts + 1, "attempts count up", "");
  if (std::holds_alternative<StartRequested>(*event_)) return;  // take_request(): after a crash
  if (exited_ || launch_failed_) {
    const bool blames_source =
        monitor::component_of(status_.verdict->cause) == monitor::Component::source;
    require(!blames_source || (!scenario_.command.source_can_be_probed && gone_had_output()),
            "source outages spend no attempts", "spent before anybody looked");
    require(gone_.role == Role::primary, "the primary's budget is the primary's",
            "an attempt for the end of a fallback");
    return;
  }
  const auto* answer = std::get_if<SourceProbed>(event_);
  require(answer && answer->look.answer == monitor::LookAnswer::delivers && wait_ &&
              !wait_->source_was_missing && !wait_->by_trial,
          "source outages spend no attempts", "spent although it was missing");
  ++tally_.always_there;
}

// What had been on air for seconds and hung up is used again as soon as a shell's loop would.
bool Rules::has_hung_up() const {
  if (!aired_ || !status_.verdict) return false;
  const monitor::Cause cause = status_.verdict->cause;
  return cause == monitor::Cause::source_ended || cause == monitor::Cause::sink_lost;
}

void Rules::check_delay(const Decided& decided) {
  const auto& rule = policy_.restart_delay;
  const Duration settled = name_in_use_ && ever_launched_ ? settle_time : 0s;
  follows_hang_up_ = has_hung_up() && ever_launched_;
  if (settled > 0s) ++tally_.settled;
  if (decided.attempt > policy_.max_restart_attempts) {
    require(policy_.on_exhausted == OnExhausted::keep_trying || !ever_launched_,
            "on_exhausted: exit, stop", "it tries again");
    Instant due = *known_launch_ + policy_.restart_cooldown;
    if (follows_hang_up_) due = std::min(due, now_ + after_hang_up);
    require(now_ + decided.delay == std::max(now_ + settled, due),
            "then one launch each cooldown, from launch to launch", "at another time");
    return;
  }
  double wanted = monitor::seconds(rule.initial);
  if (decided.attempt > 1) {
    wanted = monitor::seconds(rule.step) * std::pow(rule.multiplier, decided.attempt - 2.0);
  }
  const double limit = monitor::seconds(
      follows_hang_up_ ? std::min<Duration>(after_hang_up, policy_.restart_cooldown)
                       : policy_.restart_cooldown);
  const double least = monitor::seconds(settled);
  const double delay = monitor::seconds(decided.delay);
  require(delay >= std::max(least, std::min(limit, wanted * (1 - rule.jitter))) - 1e-6 &&
              delay <= std::max(least, std::min(limit, wanted * (1 + rule.jitter))) + 1e-6,
          "delays grow by step and multiplier, and let a name in use settle", "another delay");
}

}  // namespace simulation
