// How StreamCore takes another configuration while it runs: with the least disturbance, and without
// making anything forgotten that was spent, opened or escalated.

#include <algorithm>

#include "recovery/stream_core.hpp"

namespace recovery {

void StreamCore::on(const Reconfigured& event) {
  if (event.fallback_changed) fallback_is_wrong_ = fallback_ever_launched_ = false;
  if (event.primary_changed) return restart_reconfigured(event.setup);
  const bool was_enabled = policy_.enabled;
  take(event.setup);
  if (shutting_down_ || status_.ended) return;
  if (event.fallback_changed && status_.state == State::fallback) {
    return begin_stop(After::mind_fallback);
  }
  if (policy_.enabled && !was_enabled) fault_stands_ = false;
  adjust_waits();
  reconsider_rest(!was_enabled);
  check_watch();
}

void StreamCore::take(const Setup& setup) {
  policy_ = setup.policy;
  limits_ = setup.limits;
  command_ = setup.command;
  budget_.set_policy(policy_);
  fallback_budget_.set_policy(policy_);
  stop_ladder_.set_grace(policy_.stop_grace);
  source_.set_known(command_.source_can_be_probed);
  sink_.set_known(command_.sink_can_be_probed);
  if (watch_) watch_->adjust(limits_);
}

// As asked for by a person: no incident, no attempt. What a person stopped stays stopped.
void StreamCore::restart_reconfigured(const Setup& setup) {
  const bool rests = status_.state == State::stopped && !status_.failed && !status_.ended;
  const bool is_stopped = status_.state == State::stopping && after_stop_ == After::stop;
  if (shutting_down_ || rests || is_stopped) return take(setup);
  sink_may_be_another_ = true;
  status_.ended = false;  // by a command that was wrong, or is another one now
  decide(DecisionKind::restart_ffmpeg, "the configuration has changed", Duration::zero(), 0);
  if (status_.state == State::stopping) {
    stop_then(After::launch_at_once);
    take(setup);
  } else if (child_runs()) {
    begin_stop(After::launch_at_once);  // by what was known of the child that runs
    take(setup);
  } else {
    take(setup);
    launch();
  }
}

// Nobody waits longer than the present configuration says.
void StreamCore::adjust_waits() {
  if (status_.next_launch_at) {
    status_.next_launch_at = std::min(*status_.next_launch_at, now_ + policy_.restart_cooldown);
  }
  if (plan_ != Plan::source) {
    if (source_.deadline() != monitor::never) source_.watch(policy_.probe_interval, now_);
    return;
  }
  const Duration interval = policy_.audio_stream.retry_interval;
  next_retry_at_ = std::min(next_retry_at_, now_ + interval);
  if (source_.is_known()) return source_.await(std::min(policy_.probe_interval, interval), now_);
  // Nothing can tell any more when it is back.
  decide(DecisionKind::restart_ffmpeg, "the source cannot be looked at any more", Duration::zero(),
         0);
  plan_ = Plan::none;
  launch_in_place_of_fallback();
}

// It has given up, and would not by the present configuration.
void StreamCore::reconsider_rest(bool was_disabled) {
  const bool gave_up = status_.state == State::stopped && status_.failed;
  if (!gave_up || !policy_.enabled) return;
  if (!was_disabled && policy_.on_exhausted != OnExhausted::keep_trying) return;
  decide(DecisionKind::restart_ffmpeg, "the configuration has changed", Duration::zero(), 0);
  launch();
}

}  // namespace recovery
