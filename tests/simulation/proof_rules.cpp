#include "tests/simulation/proof_rules.hpp"

#include <algorithm>
#include <csignal>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;
using monitor::Cause;
using monitor::Component;
using monitor::LookAnswer;

// ---------------------------------------------------------------------------- what happens

void ProofRules::check(const Event& event, const Step& step, Instant now) {
  now_ = now;
  event_ = &event;
  is_asked_ = std::holds_alternative<StopRequested>(event) ||
              std::holds_alternative<RestartRequested>(event) ||
              std::holds_alternative<KillRequested>(event);
  take(event);
  for (const Notice& notice : step.notices) {
    if (std::holds_alternative<CameOnAir>(notice)) check_on_air();
    if (const auto* decided = std::get_if<Decided>(&notice)) {
      check_attempt(*decided);
      if (decided->kind == DecisionKind::wait_for_source && !child_.is_alive) {
        seen_.waits += waits_since_ ? 0 : 1;
        waits_since_ = waits_since_.value_or(now_);
      }
    }
  }
  for (const Action& action : step.actions) {
    if (const auto* launch = std::get_if<Launch>(&action)) check(*launch);
    if (const auto* signal = std::get_if<Signal>(&action)) check(*signal);
    if (const auto* end = std::get_if<End>(&action)) check(*end);
    if (std::holds_alternative<ProbeSource>(action)) check_look();
  }
  check_waiting();
}

void ProofRules::take(const Event& event) {
  if (const auto* block = std::get_if<ProgressSeen>(&event)) take(*block);
  if (const auto* seen = std::get_if<Observed>(&event)) {
    if (const auto* samples = std::get_if<monitor::ConnectionSamples>(&seen->what)) take(*samples);
    if (const auto* sample = std::get_if<monitor::ProcessSample>(&seen->what)) take(*sample);
  }
  if (const auto* said = std::get_if<SignSeen>(&event)) {
    const bool is_wrong = said->sign.cause == Cause::command_invalid && !said->sign.retryable;
    child_.says_wrong = child_.says_wrong || is_wrong;
    child_.is_refused |= said->sign.cause == Cause::source_refused;
    is_refused_ |= child_.is_refused;
  }
  if (const auto* answer = std::get_if<SourceProbed>(&event)) take(*answer);
  if (std::holds_alternative<Exited>(event)) {
    child_.is_alive = false;
    // FFmpeg has been answered otherwise since.
    const bool found_otherwise = child_.is_after_refusal && !child_.is_refused;
    if (found_otherwise && !child_.first_advance) is_refused_ = false;
  }
}

void ProofRules::take(const ProgressSeen& event) {
  const std::int64_t frames = event.progress.frame.value_or(0);
  child_.block_at = now_;
  if (frames <= child_.frames) return;
  child_.frames = frames;
  child_.first_advance = child_.first_advance.value_or(now_);
  child_.last_advance = now_;
  if (child_.on_air_at && now_ - *child_.on_air_at >= 5s) is_refused_ = false;
}

void ProofRules::take(const monitor::ConnectionSamples& samples) {
  kernel_reports_ = true;
  child_.output_is_acknowledged = child_.input_is_accepted = false;
  std::uint64_t acked = 0;
  for (const monitor::ConnectionSample& sample : samples) {
    const bool is_open = sample.phase == monitor::ConnectionSample::Phase::established;
    if (sample.side == monitor::Side::input) {
      child_.input_is_accepted |= is_open;
      if (sample.received_bytes > child_.received_bytes) child_.read_at = now_;
      child_.received_bytes = sample.received_bytes;
    }
    if (sample.side != monitor::Side::output) continue;
    acked += sample.acked_bytes;
    child_.output_is_acknowledged |= is_open && sample.acked_bytes > 0;
  }
  if (acked > child_.acked_bytes) child_.acked_at = now_;
  child_.acked_bytes = acked;
}

void ProofRules::take(const monitor::ProcessSample& sample) {
  if (!stop_) return;
  if (!sample.written_bytes) return stop_->work.reset();
  const std::pair seen{sample.cpu_time, *sample.written_bytes};
  if (stop_->work != seen) stop_->still_since = now_;
  stop_->work = seen;
}

void ProofRules::take(const SourceProbed& event) {
  if (event.look.answer == LookAnswer::refused) is_refused_ = true;
  child_.look_got_media |= event.look.answer == LookAnswer::delivers;
  const bool is_definite =
      event.look.answer == LookAnswer::missing || event.look.answer == LookAnswer::refused;
  if (is_definite) waits_since_.reset();
}

// ---------------------------------------------------------------------------- the rules

void ProofRules::check(const Launch& launch) {
  child_ = {};
  child_.generation = launch.generation;
  child_.is_alive = true;
  child_.launched_at = now_;
  child_.is_after_refusal = is_refused_;
  stop_.reset();
  waits_since_.reset();
}

void ProofRules::check(const Signal& signal) {
  if (!stop_) {
    if (!is_asked_) check_ended();
    stop_.emplace();
    stop_->still_since = now_;
  }
  if (signal.number != SIGTERM || ++stop_->terms == 1) return;
  ++seen_.second_terms;
  require(stop_->work && now_ - stop_->still_since >= 2s,
          "a second TERM needs two seconds without CPU and without a written byte", "it works");
}

// Ended by the core's own decision.
void ProofRules::check_ended() {
  const monitor::Limits& limits = setup_.limits;
  const CommandFacts& command = setup_.command;
  if (!child_.first_advance) {
    ++seen_.ended_waiting;
    require(!command.source_listens && !command.sink_listens, "a listener may wait", "it is ended");
    const Duration waited = now_ - child_.launched_at;
    require(waited >= limits.startup_timeout,
            "before the first output the start-up time-out counts", "ended earlier");
    const bool is_silent =
        !child_.look_got_media && child_.input_is_accepted && !child_.output_is_acknowledged;
    require(!is_silent || waited >= std::max(limits.startup_timeout,
                                             setup_.policy.audio_stream.retry_interval),
            "a source that has accepted and is silent may be waited for", "ended early");
    return;
  }
  if (now_ - *child_.last_advance >= 3s) {
    ++seen_.ended_standing;
    const Duration least =
        std::min({limits.freeze_timeout, limits.source_stall_timeout, limits.sink_stall_timeout});
    require(now_ - *child_.last_advance >= least, "what stands is given its time", "ended earlier");
    const bool is_at_work = child_.read_at && now_ - *child_.read_at <= 2s &&
                            now_ - *child_.block_at <= 2s && child_.output_is_acknowledged;
    require(!is_at_work, "an FFmpeg that reads its source and reports may have few frames",
            "it is ended");
    return;
  }
  ++seen_.ended_advancing;
  require(
      kernel_reports_ && (!child_.acked_at || now_ - *child_.acked_at >= limits.sink_stall_timeout),
      "an FFmpeg that advances is ended only where the kernel shows no acknowledged byte",
      "ended for less");
}

void ProofRules::check(const End& end) {
  if (end.exit_code != 78) return;
  ++seen_.given_up;
  require(child_.says_wrong && !child_.first_advance,
          "giving up for good needs FFmpeg's own words on its command",
          "it had said no such thing");
}

void ProofRules::check_look() {
  ++seen_.looks;
  require(!is_refused_, "a source that refused is not looked at", "it is");
}

// A fault of the source spends an attempt only after a look that got media, or where FFmpeg had it.
void ProofRules::check_attempt(const Decided& decided) {
  if (decided.kind != DecisionKind::restart_ffmpeg || decided.attempt == 0) return;
  waits_since_.reset();  // by the budget from now on
  ++seen_.attempts;
  const auto* answer = std::get_if<SourceProbed>(event_);
  require(!answer || answer->look.answer == LookAnswer::delivers,
          "an attempt needs a source that delivers", "its server only takes connections");
}

void ProofRules::check_on_air() {
  ++seen_.on_airs;
  child_.on_air_at = now_;
  require(!setup_.command.connects_output || !kernel_reports_ || child_.output_is_acknowledged,
          "on air needs an output's established, acknowledged connection", "there is none");
}

// FFmpeg itself is the look, but for a definite answer.
void ProofRules::check_waiting() const {
  if (!waits_since_ || is_refused_ || setup_.command.has_fallback) return;
  require(now_ - *waits_since_ <= 6s, "without a definite answer FFmpeg is tried within 5 s",
          "it is not");
}

}  // namespace simulation
