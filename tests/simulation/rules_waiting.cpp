// Waiting for a source or a sink, and what is on air meanwhile.

#include <algorithm>
#include <cmath>
#include <utility>

#include "tests/simulation/rules.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

namespace {

constexpr Duration answer_limit = 30s;  // an answer that has not come by then is lost
constexpr Duration patience = 1s;       // for the first look before, and the primary's time after
constexpr Duration healthy_after = 5s;  // a fallback that ended by itself had something to play

// At the latest: fifteen at the shortest distance, then rarer with the root of the outage.
Duration apart(Duration shortest, Duration outage) {
  const double seconds = std::sqrt(monitor::seconds(shortest) * monitor::seconds(outage) / 15);
  return std::chrono::duration_cast<Duration>(std::chrono::duration<double>(seconds)) + 1ms;
}

}  // namespace

// ---------------------------------------------------------------------------- looks

void Rules::Looks::watch(Duration interval, Instant now) {
  *this = {.shortest = shortest,
           .number = number,
           .pace = interval,
           .last_at = last_at,
           .due = now + interval};
}

void Rules::Looks::await(Duration interval, Instant missing_since, Instant now) {
  *this = {.shortest = shortest,
           .number = number,
           .awaits = true,
           .awaits_since = missing_since,
           .pace = interval,
           .last_at = {},
           .due = now};
}

// What is there and of no use is looked at seldom, until it is seen to be gone.
void Rules::Looks::hasten(Instant now) {
  if (awaits) return;
  awaits = true;
  awaits_since = now;
  due = now + std::min(pace, shortest);
}

void Rules::Looks::rest() {
  open = false;
  due = monitor::never;
}

void Rules::Looks::begin(Instant now) {
  open = true;
  last_at = now;
  due = now + answer_limit;
}

void Rules::Looks::answer(Instant now) {
  open = false;
  due = now + pace;
  if (awaits) due = now + std::min(pace, std::max(shortest, apart(shortest, now - awaits_since)));
}

void Rules::check_look(Looks& looks, std::uint64_t number) {
  require(number == looks.number + 1, "looks count up", "a gap");
  // After a failure without a word.
  if (looks.due == monitor::never) looks.watch(policy_.probe_interval, now_);
  const Duration pace = looks.awaits ? std::min(looks.pace, looks.shortest) : looks.pace;
  const Duration least = looks.open ? std::min(pace, answer_limit) : pace;
  require(!looks.last_at || now_ >= *looks.last_at + least,
          "200 ms between looks for what is awaited, the probe interval else", "too soon");
  looks.number = number;
  looks.begin(now_);
}

void Rules::check_looks() const {
  for (const Looks* looks : {&source_, &sink_}) {
    if (looks->due == monitor::never || is(State::stopped)) continue;
    require(!is_past(looks->due), "a look comes when it is due", "it did not");
    require(core_->next_deadline() <= looks->due, "no sleep over a look", "the deadline is later");
  }
}

// ---------------------------------------------------------------------------- the source

void Rules::begin_wait() {
  ++tally_.waits;
  require(scenario_.command.source_can_be_probed || !gone_had_output(),
          "what was there and cannot be looked at is not waited for", "it is");
  const bool by_look = answer_is_definite_;
  require(by_look || (exited_ && gone_.role == Role::primary),
          "the primary's end or a definite answer begins a wait", "another");
  const bool by_trial = !by_look && !gone_had_output();
  wait_ = by_trial && tried_wait_ ? *tried_wait_ : Wait{.since = now_, .retried_at = now_};
  if (by_look) restart_due_.reset();
  wait_->failed_at = now_;
  wait_->by_trial = by_trial;
  wait_->source_was_missing = by_look;
  wait_->answer.reset();
  const Duration pace = std::min(policy_.probe_interval, policy_.audio_stream.retry_interval);
  if (scenario_.command.source_can_be_probed) source_.await(pace, wait_->since, now_);
  wait_began_ = true;
}

// Its own retry, once the step's escalation is known.
void Rules::check_begun_wait() {
  if (!std::exchange(wait_began_, false) || !wait_) return;
  check_retry();
  if (may_give_up() && status_.source_retries > before_.retries) leave_wait();
}

void Rules::leave_wait() {
  if (tried_wait_ && wait_) tried_wait_ = wait_;
  wait_.reset();
}

// The primary was on air for a while.
void Rules::on_lasting() {
  returns_ = 0;
  tried_wait_.reset();
}

// FFmpeg itself is the look where no look is proof, and rarely where one is.
void Rules::check_trial() {
  const bool definite = wait_->answer == monitor::LookAnswer::missing;
  const bool has_fallback = before_.state == State::fallback || fallback_is_wanted();
  const bool covered = has_fallback && wait_->answer != monitor::LookAnswer::delivers;
  require(!covered || !definite, "no fallback leaves the air for a source known to be missing",
          "it does");
  const Duration interval = policy_.audio_stream.retry_interval;
  const Duration least = definite || covered ? interval : std::min<Duration>(1s, interval);
  require(now_ >= wait_->failed_at + least,
          "FFmpeg tries its source after 1 s, after a definite answer once a retry interval",
          "sooner");
  ++tally_.trials;
  tried_wait_ = wait_;
  return_is_decided_ = true;
  restart_due_.reset();
  child_.yields = child_.yields || stop_;
}

void Rules::end_wait() {
  if (!wait_) return;
  leave_wait();
  source_.watch(policy_.probe_interval, now_);
}

// As it is before the step's own decisions.
void Rules::note_answer(const Event& event) {
  const auto wanted = [](const Looks& looks, std::uint64_t number) {
    return looks.open && number == looks.number;
  };
  answer_is_wanted_ = answer_is_definite_ = false;
  if (const auto* answer = std::get_if<SourceProbed>(&event)) {
    answer_is_wanted_ = wanted(source_, answer->number);
    const bool is_missing = answer->look.answer == monitor::LookAnswer::missing;
    answer_is_definite_ = answer_is_wanted_ && is_missing;
    if (answer_is_wanted_) source_.answer(now_);
  } else if (const auto* said = std::get_if<SinkProbed>(&event)) {
    answer_is_wanted_ = wanted(sink_, said->number);
    if (answer_is_wanted_) sink_.answer(now_);
  }
}

void Rules::take_answer(const SourceProbed& answer) {
  if (!answer_is_wanted_) {
    ++tally_.overtaken_answers;
    require(status_.source_retries == before_.retries && status_.attempts == before_.attempts &&
                return_is_decided_ == return_was_decided_,
            "an answer that was overtaken is ignored", "it had an effect");
    return;
  }
  const bool is_available = answer.look.is_available();
  const bool is_weak = answer.look.answer == monitor::LookAnswer::reachable;
  require(is_weak || status_.source_available == is_available, "the source is as it was last seen",
          "no");
  if (return_was_decided_ || !wait_) return;
  wait_->answer = answer.look.answer;
  if (is_available && wait_->by_trial && !wait_->source_was_missing) {
    source_.watch(policy_.probe_interval, now_);
    require(!return_is_decided_, "FFmpeg's own word outranks a look", "it is launched for one");
    return;
  }
  // A fallback may be stopping for a fault of its own: that gives nothing up.
  const bool gives_up =
      may_give_up() && is_giving_up() && !return_is_decided_ && !wait_->source_was_missing;
  if (!is_available) {
    wait_->source_was_missing = true;
    check_retry();
    check_return(false);
    if (may_give_up() && status_.source_retries > before_.retries) leave_wait();
    return;
  }
  if (gives_up) return end_wait();
  if (is_weak && !wait_->source_was_missing) {
    // Its server takes connections: FFmpeg itself finds out more.
    source_.watch(policy_.probe_interval, now_);
    check_return(true);
    if (return_is_decided_) tried_wait_ = wait_;
    return;
  }
  require(wait_->source_was_missing, "a source that was there all the time is no reason to wait",
          "it is waited for");
  check_return(true);
  if (!return_is_decided_) return;
  ++tally_.source_returns;
  tried_wait_ = wait_;
}

void Rules::take_answer(const SinkProbed& answer) {
  if (!answer_is_wanted_) {
    ++tally_.overtaken_answers;
    require(return_is_decided_ == return_was_decided_, "an answer that was overtaken is ignored",
            "it had an effect");
    return;
  }
  if (return_was_decided_ || !was_due_) return;
  const bool is_back = answer.available && sink_was_missing_;
  if (answer.available && !is_back) sink_.watch(policy_.probe_interval, now_);
  if (!answer.available) {
    sink_was_missing_ = true;
    sink_.hasten(now_);
  }
  check_return(is_back);
  if (return_is_decided_) ++tally_.sink_returns;
}

// What comes back is used at once, but launches for it that did not last make it wait: 1 s from the
// last launch, 2 s, 4 s, … up to the cooldown or 64 s.
void Rules::check_return(bool is_back) {
  if (!is_back) {
    require(!return_is_decided_, "launched for what is back when it is", "it is not");
  } else if (!may_return(now_)) {
    require(!return_is_decided_, "vain returns are paced: 1 s, 2 s, 4 s, …", "too soon");
  } else {
    require(return_is_decided_, "what is back is used at once", "it is not");
    if (returns_ > 0) ++tally_.vain_returns;
    ++returns_;
  }
}

// They outlive the supervisor, and end with health only.
void Rules::check_retries() {
  if (status_.source_retries != 0 || (!is(State::on_air) && !is_before(State::on_air))) {
    require(status_.source_retries == retries_, "retries are forgotten by health only",
            "another number");
  }
  retries_ = status_.source_retries;
}

bool Rules::may_return(Instant now) const {
  if (returns_ == 0) return true;
  const Duration pace = 1s * (1U << std::min(returns_ - 1, 6U));
  return now >= *last_launch_ + std::min(pace, policy_.restart_cooldown);
}

// One retry each interval, and none more often.
void Rules::check_retry() {
  const unsigned counted = status_.source_retries - before_.retries;
  require(counted <= 1, "one look, one retry at most", "more");
  const Duration interval = policy_.audio_stream.retry_interval;
  if (counted == 0) {
    require(now_ < wait_->retried_at + interval, "a retry each interval", "not counted");
    return;
  }
  ++tally_.retries;
  ++retries_;
  ++wait_->retries;
  wait_->retried_at = now_;
  require(now_ - wait_->since >= interval * wait_->retries, "a retry each interval", "more often");
  require(status_.source_retries < policy_.audio_stream.max_retries || escalated_,
          "escalated when the retries are spent", "not so");
}

// ---------------------------------------------------------------------------- the fallback

bool Rules::fallback_is_wanted() const {
  if (!scenario_.command.has_fallback || fallback_is_wrong_ || !policy_.enabled) return false;
  if (stands_by_) return false;
  if (wait_) return true;
  if (!restart_due_ || !escalated_ || !status_.verdict) return false;
  const auto component = monitor::component_of(status_.verdict->cause);
  return component == monitor::Component::source || component == monitor::Component::encoder;
}

void Rules::check_fallback_launch() {
  ++tally_.fallbacks;
  require(policy_.enabled, "switched off means hands off", "a fallback");
  require(!launch_is_asked_, "what people ask for is the primary", "a fallback");
  require(!fallback_is_wrong_, "a wrong fallback is not tried again", "it is");
  require(!stands_by_, "a fallback that stands by is not launched as well", "it is");
  require(fallback_is_wanted(),
          "a fallback only for a missing source or an escalated fault of source or encoder",
          "for another reason");
  require(!wait_ || wait_->source_was_missing || now_ >= wait_->since + patience,
          "the first look comes first", "the fallback did");
  require(!restart_due_ || *restart_due_ - now_ > patience,
          "no fallback for the last moment before the primary", "launched");
  if (!after_failed_fallback_) return;
  while (!fallback_relaunches_.empty() &&
         fallback_relaunches_.front() <= now_ - policy_.restart_cooldown) {
    fallback_relaunches_.pop_front();
  }
  fallback_relaunches_.push_back(now_);
  require(fallback_relaunches_.size() <= policy_.max_restart_attempts + 1,
          "a failing fallback is paced as the primary is", "launched too often");
}

// Where it is wanted, and has not failed for a cooldown, it runs.
void Rules::check_fallback_runs() const {
  const bool waits = is(State::cooling_down) || is(State::waiting_for_source);
  if (!waits || !fallback_is_wanted()) return;
  if (fallback_failed_at_ && !is_past(*fallback_failed_at_ + policy_.restart_cooldown)) return;
  const bool time_is_short = restart_due_ && *restart_due_ - now_ <= patience + slack_;
  const bool looks_first = wait_ && !wait_->source_was_missing && !is_past(wait_->since + patience);
  require(time_is_short || looks_first || shutdown_at_,
          "somebody is on air: the fallback, while the primary waits", "nobody");
}

void Rules::note_fallback_end(bool by_itself) {
  after_failed_fallback_ = false;
  if (!by_itself && (child_.yields || !people_want_it_ || launch_is_asked_)) return;
  ++tally_.fallbacks_failed;
  after_failed_fallback_ = true;
  fallback_failed_at_ = now_;
  const bool played = child_.on_air_since && now_ - *child_.on_air_since >= healthy_after;
  if (by_itself && played) fallback_relaunches_.clear();
}

}  // namespace simulation
