#include "recovery/standby.hpp"

namespace recovery {

bool Standby::follow(StandbyChoice choice, const Situation& situation, Instant now) {
  const bool may = situation.is_wanted && choice != StandbyChoice::never;
  if (!may) return leave();
  if (choice == StandbyChoice::always) return stands_by_ = true;
  if (!stands_by_) return stands_by_ = has_room(situation, now);
  // What is on air stays, whatever it costs.
  if (!is_crowded(situation, now) || situation.stands_in) return true;
  not_before_ = now + rest;
  return leave();
}

bool Standby::leave() {
  roomy_since_.reset();
  crowded_since_.reset();
  return stands_by_ = false;
}

// An encoder that has just begun, or is in trouble, tells nothing of what it needs.
bool Standby::has_room(const Situation& situation, Instant now) {
  const bool is_roomy =
      situation.encoder_is_on_air && situation.cpu_used && *situation.cpu_used <= roomy;
  if (!is_roomy || now < not_before_) {
    roomy_since_.reset();
    return false;
  }
  if (!roomy_since_) roomy_since_ = now;
  return now - *roomy_since_ >= roomy_for;
}

bool Standby::is_crowded(const Situation& situation, Instant now) {
  if (!situation.cpu_used || *situation.cpu_used < crowded) {
    crowded_since_.reset();
    return false;
  }
  if (!crowded_since_) crowded_since_ = now;
  return now - *crowded_since_ >= crowded_for;
}

}  // namespace recovery
