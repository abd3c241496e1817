#pragma once

#include "tests/simulation/scenario.hpp"

namespace simulation {

// How something that is not there shows it.
enum class Absence { refused, missing, hangs };

// A model of what FFmpeg reads from or writes to: there for a while, gone for a while, and at times
// it flaps. A value; the world moves it.
struct Endpoint {
  bool up = true;
  Absence absence = Absence::refused;
  unsigned flaps_left = 0;
  Duration mean_up{}, mean_down{};
  double flap = 0;

  // Changes it; how long until it changes again.
  Duration change(Dice& dice);
  // How long a look at it takes.
  Duration look(Dice& dice) const;
};

inline void turn(Endpoint& endpoint, Dice& dice) {
  endpoint.up = !endpoint.up;
  if (!endpoint.up) {
    endpoint.absence =
        dice.one_of({Absence::refused, Absence::refused, Absence::missing, Absence::hangs});
  }
}

inline Duration Endpoint::change(Dice& dice) {
  using namespace std::chrono_literals;
  turn(*this, dice);
  if (flaps_left == 0 && dice.chance(flap)) flaps_left = static_cast<unsigned>(dice.next() % 12);
  if (flaps_left == 0) return dice.around(up ? mean_up : mean_down);
  --flaps_left;
  return dice.between(1ms, dice.one_of<Duration>({20ms, 500ms, 8s}));
}

inline Duration Endpoint::look(Dice& dice) const {
  using namespace std::chrono_literals;
  if (!up && absence == Absence::hangs) return Scenario::look_time_out;
  return dice.chance(0.9) ? dice.between(1ms, 60ms) : dice.between(1ms, Scenario::look_time_out);
}

}  // namespace simulation
