#pragma once

#include <map>
#include <optional>
#include <string>

#include "recovery/alert_queue.hpp"
#include "tests/simulation/dice.hpp"

namespace simulation {

// Who is told of outages: up for a while, down for a while, behind a queue of the supervisor's.
// Holds what it heard against what is promised. Throws Violation.
class Receiver {
 public:
  explicit Receiver(bool forgets) : forgets_(forgets), queue_(forgets, 1) {}

  // A new life of the supervisor; `open`: the alert that the journal still knows.
  void begin_life(const std::optional<recovery::Alert>& open, std::uint64_t seed, Instant now);
  void die();
  void fire(const recovery::Alert& alert, Instant now);
  void resolve(const recovery::Alert& alert, Instant now);

  Instant next() const;  // when act() is due
  void act(Instant now, Dice& dice);
  void turn(Instant now);
  void pause(Instant now) { quiet_since_ = now; }

  struct Tally {
    std::uint64_t heard = 0, failed = 0, reminded = 0, dropped = 0, lost_at_death = 0;
  };
  const Tally& tally() const { return tally_; }

 private:
  struct Heard {
    unsigned fired = 0, resolved = 0;
    bool twice_allowed = false;  // the answer to a message was lost
    bool of_earlier_life = false;
    bool dropped = false;
  };
  void note(const recovery::AlertQueue::Dropped& dropped);
  void hear(const recovery::AlertMessage& message);
  void check_idle(Instant now) const;

  bool forgets_;
  bool up_ = true;
  bool alive_ = false;
  recovery::AlertQueue queue_;
  std::optional<recovery::AlertMessage> under_way_;
  Instant answered_at_{};
  Instant quiet_since_{};  // nothing was asked of the queue and the receiver did not change
  std::map<std::string, Heard> heard_;
  Tally tally_;
};

}  // namespace simulation
