// What the evidence says of the present child, and what follows at once.

#include <algorithm>
#include <string>

#include "monitor/text/sentence.hpp"
#include "recovery/stream_core.hpp"

namespace recovery {

using monitor::Cause;
using monitor::Fault;
using monitor::Verdict;

void StreamCore::check_progress() {
  // What comes out went in: no look at the source tells more.
  if (waits_in_place() && setup_.command.advance_proves_source) {
    planner_.watch_source(setup_.policy, now_);
  }
  if (is(State::starting) || waits_in_place()) {
    // Output is not enough while something else holds the stream off air.
    const bool sink_is_back = !planner_.sink().needs_proof(life_.verdict) ||
                              detection_.sink_is_proven(setup_.limits.sink_stall_timeout, now_);
    if (!suffices(reception(), Act::come_on_air, now_)) return check_connection();
    if (!detection_.holds_off_air(now_) && sink_is_back) come_on_air();
    check_detectors();  // for what was found before
  }
  check_health();
}

// Output that no connection carries reaches nowhere. What a published output lacks its own
// supervision says, and another launch of the encoder would not bring it.
void StreamCore::check_connection() {
  if (detection_.watch()->outputs().publishes()) return;
  const Duration lasted = now_ - *detection_.evidence().first_advance;
  if (!is(State::starting) || lasted < setup_.limits.sink_stall_timeout) return;
  on_fault({Cause::sink_unreachable, true,
            monitor::sentence("FFmpeg has put out for %.1f s, and none of its outputs has had a "
                              "connection since the launch.",
                              monitor::seconds(lasted))});
}

// That what comes out reaches a receiver. An output that cannot be seen shows it by its advance.
Proof StreamCore::reception() const {
  if (setup_.command.connects_output) return detection_.output_is_connected(now_);
  return {monitor::Strength::likely, now_};
}

void StreamCore::check_detectors() {
  if (!child_runs() || waits_in_place() || detection_.is_muted()) return;
  if (is(State::fallback)) return check_fallback();
  const std::vector<Fault> faults = detection_.check(now_);
  if (const Fault* fault = Detection::off_air_fault(faults)) {
    on_fault(*fault);
  } else if (is(State::on_air)) {
    update_warnings(faults);
  } else if (is(State::starting)) {
    warn_of_start(faults);
  }
}

// FFmpeg is at work and has put out nothing yet; it is left alone.
void StreamCore::warn_of_start(const std::vector<Fault>& faults) {
  const auto late = std::ranges::find(faults, Cause::encoder_frozen, &Fault::cause);
  if (late == faults.end() || life_.failed) return;
  reporter_.warn(*late, detection_.diagnose(*late, now_, setup_.command.reports_progress),
                 health_.last_good_at().value_or(*life_.launched_at), now_);
}

// At each advance; of a command without progress at each tick.
void StreamCore::check_health() {
  if (!is(State::on_air)) return;
  health_.advance(now_);
  if (setup_.command.advance_proves_source) planner_.watch_source(setup_.policy, now_);
  if (health_.has_lasted(now_)) {
    planner_.on_lasting();
    replaced_ = 0;
  }
  if (!health_.becomes_healthy(setup_.policy.restart_cooldown, now_)) return;
  planner_.on_healthy();
  output_return_.on_healthy();
  reporter_.resolve({.on_air = true, .off_air_for = outage_.in_all(now_)});
  outage_.forget();
}

// A stream can have a frame each 9 s. While its only input delivers, a look, with the input's
// credentials, tells no more.
void StreamCore::check_source(const monitor::Observation& what) {
  if (!is(State::on_air) || !setup_.command.advance_proves_source) return;
  if (!std::holds_alternative<monitor::ConnectionSamples>(what)) return;
  if (detection_.watch()->source_delivers(now_)) planner_.watch_source(setup_.policy, now_);
}

void StreamCore::on_fault(const Fault& fault) {
  const Instant last_advance = detection_.evidence().last_advance;
  const Instant began = std::min(last_advance, fault.since.value_or(last_advance));
  health_.backdate(began);
  reporter_.notify(FaultDetected{fault, now_ - began});
  Verdict verdict = detection_.diagnose(fault, now_, setup_.command.reports_progress);
  const std::optional<State> wait = rightful_wait(verdict);
  if (wait) name_what_is_awaited(verdict);
  go_off_air(verdict);
  const Proof of_a_hang{wait ? monitor::Strength::possible : fault.strength, now_};
  if (wait && !suffices(of_a_hang, detection_.ending_for(fault), now_)) {
    return wait_in_place(*wait, verdict);
  }
  if (setup_.policy.enabled) return begin_stop({Plan::Kind::recover});
  // Reported, without an action: on air again when it advances by itself.
  life_.state = State::starting;
  detection_.mute();
  reporter_.decide(DecisionKind::none, "Recovery is switched off: " + fault.sentence);
  planner_.escalate(*life_.verdict, "Recovery is switched off", context());
}

void StreamCore::on_end(Pipeline pipeline) {
  const monitor::Evidence& evidence = detection_.evidence();
  const Verdict verdict = detection_.diagnose(std::nullopt, now_, setup_.command.reports_progress);
  // EPIPE on stdout counts as success, as for `ffmpeg | head`.
  const bool is_meant = is(State::on_air) && is_own_end(setup_.command.own_end, evidence, now_);
  const bool well =
      is_meant || monitor::ended_well(evidence) || pipeline == Pipeline::output_closed;
  const bool is_last = setup_.policy.restart != Restart::always || pipeline != Pipeline::open;
  if (well && is_last) {
    if (is(State::on_air)) health_.settle(!setup_.command.reports_progress, now_);
    reporter_.close_warnings({}, now_);
    return end(0);
  }
  if (is_meant && setup_.policy.enabled && leaving_ == Leaving::no) return begin_anew();
  go_off_air(verdict);
  const Proof of_a_wrong_command{monitor::permanence(evidence), now_};
  if (primary_ != CommandTrial::was_on_air && suffices(of_a_wrong_command, Act::give_up, now_)) {
    return end(exit_code::command_invalid);
  }
  if (pipeline == Pipeline::input_ended) return end(exit_code::gave_up);
  recover(verdict);
}

// `between_own_ends` bounds how many there are.
void StreamCore::note_own_end() {
  std::erase_if(life_.own_ends, [&](Instant at) { return now_ - at >= own_ends_kept; });
  life_.own_ends.push_back(now_);
}

// The command has come to the end that it was meant to have.
void StreamCore::begin_anew() {
  health_.settle(!setup_.command.reports_progress, now_);
  health_.leave_air(true);
  reporter_.close_warnings({}, now_);
  life_.verdict.reset();
  note_own_end();
  const Duration life = now_ - *life_.launched_at;
  const Duration delay = std::max<Duration>(between_own_ends - life, Duration::zero());
  reporter_.decide(DecisionKind::restart_ffmpeg, "the command has come to its own end", delay);
  reporter_.notify(RestartedOnPurpose{Cause::restart_requested});
  life_.state = State::cooling_down;
  follow(Plan::launch_in(delay, now_));
}

void StreamCore::update_warnings(const std::vector<Fault>& faults) {
  for (const Fault& fault : faults) {
    if (setup_.policy.enabled && restarts_on(fault)) return on_fault(fault);
  }
  await_lost_outputs(faults);
  reporter_.close_warnings(faults, now_);
  for (const Fault& fault : faults) {
    reporter_.warn(fault, detection_.diagnose(fault, now_, setup_.command.reports_progress),
                   health_.last_good_at().value_or(now_), now_);
  }
  life_.verdict.reset();
  if (open_incidents().empty()) return;
  const Incident& gravest = open_incidents().front();
  life_.verdict = Verdict{gravest.cause, gravest.evidence};
  life_.verdict->output = gravest.output;
}

bool StreamCore::restarts_on(const Fault& warning) const {
  if (monitor::is_dead_air(warning.cause)) {
    return setup_.limits.content.action == monitor::OnDeadAir::restart ||
           fallback_.takes_over_from(warning.cause, setup_);
  }
  return warning.cause == Cause::bitrate_drop &&
         setup_.limits.bitrate_drop.action == monitor::OnWarning::restart;
}

}  // namespace recovery
