#include "tests/simulation/receiver.hpp"

#include <algorithm>

#include "tests/simulation/violation.hpp"

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;

namespace {

// Twice the longest back-off, and as many messages as may wait, each under way for 2 s and more.
constexpr Duration told_within = 2 * (60s + 10s) + AlertQueue::limit * 4s;

}  // namespace

void Receiver::begin_life(const std::optional<Alert>& open, std::uint64_t seed, Instant now) {
  alive_ = true;
  queue_ = AlertQueue(forgets_, seed);
  quiet_since_ = now;
  if (!open) return;
  heard_[open->id].of_earlier_life = true;
  queue_.adopt(*open, now);
}

void Receiver::die() {
  if (!queue_.idle()) ++tally_.lost_at_death;
  alive_ = false;
  under_way_.reset();
}

void Receiver::fire(const Alert& alert, Instant now) {
  note(queue_.fire(alert, now));
  quiet_since_ = now;
}

void Receiver::resolve(const Alert& alert, Instant now) {
  note(queue_.resolve(alert, now));
  quiet_since_ = now;
}

void Receiver::turn(Instant now) {
  up_ = !up_;
  quiet_since_ = now;
}

Instant Receiver::next() const {
  if (!alive_) return monitor::never;
  return under_way_ ? answered_at_ : queue_.next_deadline();
}

void Receiver::act(Instant now, Dice& dice) {
  if (now < next()) return;
  if (!under_way_) {
    under_way_ = queue_.take_due(now);
    require(under_way_.has_value(), "what is due is told", "nothing was due");
    answered_at_ = now + (up_ ? dice.between(1ms, 2s) : dice.between(1ms, 10s));
    return check_idle(now);
  }
  const AlertMessage message = *under_way_;
  under_way_.reset();
  if (up_ && !dice.chance(0.02)) {
    hear(message);
    queue_.delivered(now);
    return;
  }
  ++tally_.failed;
  const bool answer_lost = dice.chance(0.2);
  if (answer_lost) hear(message);
  heard_[message.alert.id].twice_allowed |= answer_lost;
  note(queue_.failed(now, {true, answer_lost, {}}));
}

// Only for want of room, and the resolution of what was dropped before anybody heard of it.
void Receiver::note(const AlertQueue::Dropped& dropped) {
  for (const DroppedAlert& one : dropped) {
    ++tally_.dropped;
    Heard& heard = heard_[one.message.alert.id];
    const bool is_moot =
        one.reason == DroppedAlert::Reason::never_delivered && heard.dropped && heard.fired == 0;
    require(one.reason == DroppedAlert::Reason::queue_full || is_moot,
            "no alert is dropped while there is room", "one was");
    heard.dropped = true;
  }
}

void Receiver::hear(const AlertMessage& message) {
  Heard& heard = heard_[message.alert.id];
  ++tally_.heard;
  if (message.kind == NotificationKind::reminder) {
    ++tally_.reminded;
    require(forgets_ && heard.resolved == 0, "reminded while it fires", "after its resolution");
    heard.fired = std::max(heard.fired, 1U);
  } else if (message.kind == NotificationKind::firing) {
    require(heard.resolved == 0, "fired, then resolved", "the other way round");
    require(++heard.fired == 1 || heard.twice_allowed, "one outage, one alert", "heard twice");
  } else {
    require(heard.fired > 0 || heard.of_earlier_life, "resolved is what was fired", "not heard of");
    require(++heard.resolved == 1 || heard.twice_allowed || heard.of_earlier_life, "resolved once",
            "heard twice");
  }
}

void Receiver::check_idle(Instant now) const {
  if (!up_ || now - quiet_since_ <= told_within || !under_way_) return;
  require(under_way_->kind == NotificationKind::reminder,
          "an alert is told while its receiver is there", "it still waits");
}

}  // namespace simulation
