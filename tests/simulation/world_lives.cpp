// The supervisor's own lives and deaths, and what outlives them.

#include <algorithm>
#include <string>
#include <variant>

#include "tests/simulation/world.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

void World::be_born() {
  ++life_;
  core_.emplace(scenario_.policy, scenario_.limits, scenario_.command, seed_ * 1000 + life_);
  recorder_.emplace("simulated", 50);
  child_ = {};
  launched_at_.reset();
  alert_ = journal_.record().alert;
  start_is_put_ = false;
  launches_at_birth_ = rules_.tally().launches;
  escalations_at_birth_ = rules_.tally().escalations;
  primary_free_since_ = fallback_free_since_ = now_;
  receiver_.begin_life(alert_, life_, now_);
  await_receiver();
  put(What::death, dice_.chance(scenario_.crash_loop) ? dice_.between(0s, 10s)
                                                      : dice_.around(scenario_.mean_supervision));
  trace_.say("a life of the supervisor begins", now_);
  const auto past = journal_.resumed(now_);
  // A life that begins for the first time has nothing to take up.
  if (life_ > 1) core_->resume(past, now_);
  rules_.begin_life(past, now_);
  send(StartRequested{});
}

// Its child dies with it: the parent-death signal.
void World::die(bool record_is_lost) {
  trace_.say(
      record_is_lost ? "the supervisor dies, its last record is lost" : "the supervisor dies",
      now_);
  check_ledger();
  if (child_.running) lose_publisher();
  child_.running = false;
  core_.reset();
  receiver_.die();
  rules_.die(record_is_lost, now_);
  put(What::birth, dice_.chance(0.3) ? dice_.between(50ms, 20s) : dice_.between(50ms, 1s));
}

void World::perform(const End&) {
  if (dice_.chance(scenario_.life_after_end)) {
    put(What::birth, dice_.between(50ms, 20s));
  } else {
    is_over_ = true;
  }
}

void World::dispatch_alerts(const Step& step) {
  for (const Notice& notice : step.notices) {
    if (const auto* alerted = std::get_if<Alerted>(&notice)) {
      alert_.emplace();
      alert_->id = "s-" + std::to_string(++alerts_);
      alert_->stream = "s";
      alert_->cause = alerted->verdict.cause;
      alert_->evidence = alerted->verdict.evidence;
      receiver_.fire(*alert_, now_);
      await_receiver();
    } else if (std::holds_alternative<AlertResolved>(notice) && alert_) {
      alert_->ends_at = WallTime{} + now_.time_since_epoch();
      receiver_.resolve(*alert_, now_);
      alert_.reset();
      await_receiver();
    }
  }
}

// What a step has changed is written after it was acted upon: a death in between loses the record,
// and nobody is told.
void World::note(const Step& step) {
  const Status& status = core_->status();
  if (journal_.would_note(step, status, now_)) journal_.note(status, launched_at_, alert_);
  if (!status.ended) return;
  check_ledger();
  child_.running = false;
  core_.reset();
  receiver_.die();
  rules_.die(false, now_);
}

void World::await_receiver() {
  const Instant next = receiver_.next();
  if (next != monitor::never) put(What::alert, std::max(Duration::zero(), next - now_));
}

void World::check_ledger() const {
  const Totals& totals = recorder_->totals();
  require(totals.launches <= rules_.tally().launches - launches_at_birth_ &&
              totals.restarts <= totals.launches,
          "the recorder counts launches", "another number");
  require(totals.errors_critical == rules_.tally().escalations - escalations_at_birth_,
          "the recorder counts escalations", "another number");
  require(recorder_->history()->size() <= StreamRecorder::history_limit &&
              recorder_->incidents()->size() <= 50,
          "the recorder is bounded", "it is not");
}

}  // namespace simulation
