// While the primary is not on air: FFmpeg waits itself, or the fallback is on air.

#include <algorithm>
#include <string>
#include <utility>

#include "monitor/backoff.hpp"
#include "recovery/stream_core.hpp"

namespace recovery {

using monitor::Cause;
using monitor::Component;
using monitor::Fault;
using monitor::Verdict;

// ---------------------------------------------------------------------------- FFmpeg itself waits

// What waits for a connection, or on one that its source has accepted, is no hang: ending it would
// close the port, or give up the place in a queue. With a fallback that waits for the air it is
// ended, as only one child lives.
std::optional<State> StreamCore::rightful_wait(const Verdict& verdict) const {
  const CommandFacts& command = setup_.command;
  if (life_.role != Role::primary || !setup_.policy.enabled) return std::nullopt;
  if (detection_.watch()->outputs().is_published(verdict.output)) {
    return State::waiting_for_receiver;
  }
  const bool is_lost = verdict.cause == Cause::sink_unreachable ||
                       verdict.cause == Cause::sink_rejected || verdict.cause == Cause::sink_lost;
  if (command.recovers_output && is_lost) return State::waiting_for_receiver;
  // A file that FFmpeg goes on to write is not cut for a server that is not there.
  if (is_lost && detection_.watch()->outputs().goes_on_elsewhere(now_)) {
    return State::waiting_for_receiver;
  }
  if (detection_.watch()->has_advanced()) return std::nullopt;
  if (listens_for_receiver(verdict)) return State::waiting_for_receiver;
  if (listens_for_source() || command.sink_listens) return State::waiting_for_source;
  const auto& arrival = detection_.evidence().arrival;
  const bool is_accepted = arrival && arrival->is_connected;
  if (!is_accepted || command.has_fallback) return std::nullopt;
  if (monitor::component_of(verdict.cause) != Component::source) return std::nullopt;
  return State::waiting_for_source;
}

// Its source has not called yet: FFmpeg has gone on to no output.
bool StreamCore::listens_for_source() const {
  return setup_.command.source_listens && !detection_.watch()->has_opened_output();
}

// FFmpeg opens its inputs first: where one of them is in trouble it has not come to its outputs. A
// short file that was read whole while it listens looks like a source in trouble.
bool StreamCore::listens_for_receiver(const Verdict& verdict) const {
  if (!setup_.command.sink_listens) return false;
  return monitor::component_of(verdict.cause) != Component::source ||
         detection_.watch()->has_silent_datagram_output();
}

// A listener has no connection that a witness could judge: what it waits for is in its command.
void StreamCore::name_what_is_awaited(Verdict& verdict) const {
  const bool awaits_receiver = listens_for_receiver(verdict);
  const bool listens = listens_for_source() || awaits_receiver;
  if (!listens || detection_.watch()->has_advanced()) return;
  verdict.cause = awaits_receiver ? Cause::sink_unreachable : Cause::source_missing;
  verdict.evidence.insert(verdict.evidence.begin(),
                          awaits_receiver
                              ? "FFmpeg listens for a receiver, and nothing has been put out yet."
                              : "FFmpeg listens for its source, and nothing has come from it yet.");
  if (verdict.evidence.size() > monitor::evidence_limit) verdict.evidence.pop_back();
}

// FFmpeg's source has called: from now on the start counts as any other.
void StreamCore::on_source_called() {
  detection_.watch()->rebase(now_);
  if (is(State::waiting_for_source)) life_.state = State::starting;
}

void StreamCore::wait_in_place(State state, const Verdict& verdict) {
  life_.state = state;
  plan_ = {};
  const bool listens =
      listens_for_source() || setup_.command.sink_listens || state == State::waiting_for_receiver;
  waits_until_ = listens ? monitor::never : *life_.launched_at + patience();
  if (state == State::waiting_for_receiver) await_lost_outputs(detection_.check(now_));
  planner_.begin_waiting(verdict, listens ? Duration::zero() : waits_until_ - now_, context());
  if (now_ >= waits_until_) keep_waiting();
}

// A half-open connection looks the same as a source that has nothing to send yet: it is replaced,
// rarer each time.
Duration StreamCore::patience() const {
  const Duration first =
      std::max(setup_.limits.startup_timeout, setup_.policy.audio_stream.retry_interval);
  return monitor::Backoff(first, std::max<Duration>(first, 10min)).after(replaced_ + 1);
}

void StreamCore::keep_waiting() {
  if (!setup_.policy.enabled) return;
  planner_.keep_waiting(*life_.verdict, context());
  if (now_ < waits_until_) return;
  ++replaced_;
  reporter_.decide(DecisionKind::restart_ffmpeg, "the source has sent nothing yet");
  begin_stop({Plan::Kind::launch});
}

// ---------------------------------------------------------------------------- the fallback

bool StreamCore::wants_fallback() const {
  return leaving_ == Leaving::no &&
         fallback_.is_wanted(plan_, life_.verdict, reporter_.is_escalated(), setup_);
}

void StreamCore::consider_fallback() {
  if (!is(State::cooling_down) && !is(State::waiting_for_source)) return;
  if (!wants_fallback() || now_ < fallback_.due_at(plan_, planner_.source(), now_)) return;
  reporter_.decide(DecisionKind::start_fallback, reason_of(*life_.verdict));
  fallback_.on_launch(now_);
  start_child(Role::fallback);
}

void StreamCore::on_fallback_advance() {
  if (!fallback_.advance(setup_.policy.restart_cooldown, now_)) return;
  reporter_.notify(FallbackOnAir{now_ - health_.last_good_at().value_or(now_)});
}

void StreamCore::check_fallback() {
  if (now_ >= plan_.deadline()) return begin_stop({Plan::Kind::launch});
  if (const auto plan = planner_.try_source(plan_, true, context())) return follow(plan);
  const std::vector<Fault> faults = detection_.check(now_);
  const Fault* fault = Detection::off_air_fault(faults);
  if (fault == nullptr) return;
  reporter_.notify(FallbackFailed{fault->sentence});
  begin_stop(plan_);
}

// The primary waits for what it waited for.
void StreamCore::on_fallback_end() {
  const bool was_stopped = is(State::stopping);
  life_.state = plan_.awaits_source() ? State::waiting_for_source : State::cooling_down;
  if (!was_stopped) {
    const Verdict verdict = detection_.diagnose(std::nullopt, now_, reports_progress());
    reporter_.notify(FallbackFailed{reason_of(verdict)});
  }
  const bool took_the_air = plan_.awaits_time() && life_.verdict &&
                            fallback_.takes_over_from(life_.verdict->cause, setup_);
  if (!fallback_.end(detection_.evidence(), was_stopped, now_)) return;
  if (took_the_air) plan_.at = now_;
  reporter_.decide(DecisionKind::none, "the fallback command is wrong and is not tried again");
}

}  // namespace recovery
