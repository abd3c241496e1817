// How StreamCore waits: for a source, for a sink, and what is on air meanwhile.

#include <algorithm>
#include <string>
#include <utility>

#include "monitor/backoff.hpp"
#include "monitor/diagnosis.hpp"
#include "monitor/text/sentence.hpp"
#include "recovery/exit_code.hpp"
#include "recovery/stream_core.hpp"

namespace recovery {

using monitor::Component;
using monitor::component_of;
using monitor::Fault;
using monitor::Verdict;

namespace {

constexpr Duration patience = 1s;  // for the first look, before the fallback takes over
// A fallback that ended by itself after this long had something to play.
constexpr Duration worth_playing = 5s;
// Between launches for returns that did not last.
constexpr monitor::Backoff between_returns(1s, 64s);

}  // namespace

void StreamCore::send_looks() {
  if (now_ >= source_.deadline()) out_.actions.push_back(ProbeSource{source_.begin(now_)});
  if (now_ >= sink_.deadline()) out_.actions.push_back(ProbeSink{sink_.begin(now_)});
}

// ---------------------------------------------------------------------------- the source

void StreamCore::await_source(const Verdict& verdict) {
  const AudioStream& pace = policy_.audio_stream;
  decide(DecisionKind::wait_for_source, reason_of(verdict), pace.retry_interval, 0);
  plan_ = Plan::source;
  status_.state = State::waiting_for_source;
  status_.verdict = verdict;
  source_was_missing_ = false;
  awaited_since_ = now_;
  next_retry_at_ = now_ + pace.retry_interval;
  source_.await(std::min(policy_.probe_interval, pace.retry_interval), now_);
}

void StreamCore::on(const SourceProbed& event) {
  if (!source_.accept(event.number, now_)) return;
  note_source(event.available, event.sentence);
  if (plan_ != Plan::source) return;
  if (event.available) {
    source_is_there(event.sentence);
  } else {
    source_is_missing(event);
  }
}

void StreamCore::source_is_there(const std::string& sentence) {
  if (source_was_missing_) {
    if (may_return()) launch_after_return("the source is back: " + sentence);
    return;
  }
  // It was there all the time: FFmpeg's end is not explained by it.
  plan_ = Plan::none;
  source_.watch(policy_.probe_interval, now_);
  restart_by_budget(Verdict(*status_.verdict));
}

void StreamCore::source_is_missing(const SourceProbed& finding) {
  source_was_missing_ = true;
  open_.note_evidence(finding.sentence);
  auto& evidence = status_.verdict->evidence;
  if (std::find(evidence.begin(), evidence.end(), finding.sentence) == evidence.end()) {
    if (evidence.size() == monitor::evidence_limit) evidence.pop_back();
    evidence.insert(evidence.begin(), finding.sentence);
  }
  if (now_ < next_retry_at_) return;
  next_retry_at_ = std::max(next_retry_at_ + policy_.audio_stream.retry_interval, now_);
  count_source_retry(finding.sentence);
}

void StreamCore::count_source_retry(const std::string& sentence) {
  ++status_.source_retries;
  if (status_.source_retries >= policy_.audio_stream.max_retries) {
    escalate(*status_.verdict,
             monitor::sentence("the source has been missing for %.0f s, %u retries",
                               monitor::seconds(now_ - awaited_since_), status_.source_retries));
  }
  if (status_.escalated && policy_.on_exhausted != OnExhausted::keep_trying) return give_up();
  decide(DecisionKind::wait_for_source, sentence, policy_.audio_stream.retry_interval, 0);
}

void StreamCore::note_source(bool available, const std::string& sentence) {
  const bool before = status_.source_available.value_or(true);
  status_.source_available = available;
  if (before == available) return;
  out_.notices.push_back(SourceChanged{available, sentence});
}

// Whether what came back may be used again by now: launches that did not last make it wait.
bool StreamCore::may_return() const {
  if (vain_returns_ == 0) return true;
  const Duration pace = between_returns.after(vain_returns_);
  return now_ - primary_launched_at_ >= std::min(pace, policy_.restart_cooldown);
}

void StreamCore::launch_after_return(std::string reason) {
  ++vain_returns_;
  decide(DecisionKind::restart_ffmpeg, std::move(reason), Duration::zero(), 0);
  plan_ = Plan::none;
  launch_in_place_of_fallback();
}

// ---------------------------------------------------------------------------- the sink

void StreamCore::on(const SinkProbed& event) {
  if (!sink_.accept(event.number, now_) || plan_ != Plan::time) return;
  if (event.available && sink_was_missing_) {
    if (may_return()) launch_after_return("the sink is back: " + event.sentence);
  } else if (event.available) {
    // It is there and will not have us: no reason to look often.
    sink_.watch(policy_.probe_interval, now_);
  } else {
    sink_was_missing_ = true;
    sink_.hasten(now_);
  }
}

// ---------------------------------------------------------------------------- the fallback

bool StreamCore::wants_fallback() const {
  if (!command_.has_fallback || fallback_is_wrong_ || !policy_.enabled || shutting_down_) {
    return false;
  }
  if (plan_ == Plan::source) return true;
  if (plan_ != Plan::time || !status_.verdict) return false;
  if (yields_for(status_.verdict->cause)) return true;
  if (!status_.escalated) return false;
  const Component component = component_of(status_.verdict->cause);
  return component == Component::source || component == Component::encoder;
}

Instant StreamCore::fallback_due_at() const {
  Instant due = std::max(fallback_not_before_, now_);
  if (plan_ == Plan::source && !source_was_missing_) due = std::max(due, awaited_since_ + patience);
  // Not for the last moment before the primary's own.
  const bool too_late = plan_ == Plan::time && due + patience >= *status_.next_launch_at;
  return too_late ? monitor::never : due;
}

void StreamCore::consider_fallback() {
  const bool waits =
      status_.state == State::cooling_down || status_.state == State::waiting_for_source;
  if (!waits || !wants_fallback() || now_ < fallback_due_at()) return;
  decide(DecisionKind::start_fallback, reason_of(*status_.verdict), Duration::zero(), 0);
  fallback_budget_.on_launch(now_);
  start_child(Role::fallback);
}

void StreamCore::on_fallback_advance() {
  if (!status_.fallback_since) {
    status_.fallback_since = now_;
    out_.notices.push_back(FallbackOnAir{now_ - last_good_at_.value_or(now_)});
  }
  if (now_ - *status_.fallback_since >= policy_.restart_cooldown) fallback_budget_.on_healthy();
}

void StreamCore::check_fallback() {
  if (status_.next_launch_at && now_ >= *status_.next_launch_at) {
    return begin_stop(After::launch_at_once);
  }
  checked_at_ = now_;
  const std::vector<Fault> faults = watch_->check(now_);
  if (faults.empty() || !faults.front().off_air) return;
  out_.notices.push_back(FallbackFailed{faults.front().sentence});
  begin_stop(After::mind_fallback);
}

// The fallback is gone. The primary waits for what it waited for.
void StreamCore::fallback_failed() {
  const monitor::Evidence& evidence = watch_->evidence();
  const bool was_stopped = status_.state == State::stopping;
  status_.state = plan_ == Plan::source ? State::waiting_for_source : State::cooling_down;
  const std::optional<Instant> since = std::exchange(status_.fallback_since, std::nullopt);
  if (!was_stopped) {
    const Verdict verdict = monitor::diagnose(evidence, std::nullopt, now_, reports_progress());
    out_.notices.push_back(FallbackFailed{reason_of(verdict)});
  }
  const bool cannot_run =
      !fallback_ever_launched_ && exit_code_of_exec_error(evidence.spawn_error).has_value();
  if (cannot_run || (!since && monitor::is_permanent(evidence))) {
    const bool took_the_air =
        plan_ == Plan::time && status_.verdict && yields_for(status_.verdict->cause);
    fallback_is_wrong_ = true;
    if (took_the_air) status_.next_launch_at = now_;
    decide(DecisionKind::none, "the fallback command is wrong and is not tried again",
           Duration::zero(), 0);
    return;
  }
  if (!was_stopped && since && now_ - *since >= worth_playing) fallback_budget_.on_healthy();
  fallback_not_before_ = now_ + fallback_budget_.spend(now_).delay;
}

}  // namespace recovery
