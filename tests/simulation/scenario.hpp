#pragma once

#include <iosfwd>

#include "monitor/limits.hpp"
#include "recovery/policy.hpp"
#include "tests/simulation/dice.hpp"

namespace simulation {

// One stream's circumstances: what the user set, and how bad the world is.
struct Scenario {
  recovery::Policy policy;
  monitor::Limits limits;
  bool reports_progress = true;

  Duration block_period{};     // of a healthy child; freeze_timeout is at least twice that
  Duration mean_life{};        // until something goes wrong with a healthy child
  Duration mean_good_times{};  // between spells in which whatever is launched fails
  Duration mean_bad_times{};   // … and their length
  Duration mean_request{};     // between requests of people
  Duration mean_pause{};       // between pauses of the whole machine
  Duration tick_lateness{};    // of the loop, behind each deadline
  double launch_failure = 0;   // of a launch, outside bad times
  double slow_answer = 0;      // a launch is answered late
  double wrong_command = 0;    // in bad times, FFmpeg says the command is wrong
};

Scenario make_scenario(Dice& dice);
std::ostream& operator<<(std::ostream& out, const Scenario& scenario);

}  // namespace simulation
