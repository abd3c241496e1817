#pragma once

#include <iosfwd>

#include "monitor/limits.hpp"
#include "recovery/policy.hpp"
#include "recovery/stream_core.hpp"
#include "tests/simulation/dice.hpp"

namespace simulation {

// What the second command is worth.
enum class Fallback { none, good, ends, crashes, freezes, is_wrong };

// One stream's circumstances: what the user set, and how bad the world is.
struct Scenario {
  recovery::Policy policy;
  monitor::Limits limits;
  recovery::StreamCore::Command command;
  Duration length{};  // of the stream's life, over all lives of its supervisor

  Duration block_period{};     // of a healthy child; freeze_timeout is at least twice that
  Duration mean_life{};        // until something goes wrong with a healthy child
  Duration mean_good_times{};  // between spells in which whatever is launched fails
  Duration mean_bad_times{};   // … and their length
  Duration mean_request{};     // between requests of people
  Duration mean_track{};       // between track changes
  Duration mean_pause{};       // between pauses of the whole machine
  Duration tick_lateness{};    // of the loop, behind each deadline
  double launch_failure = 0;   // of a launch, outside bad times
  double slow_answer = 0;      // a launch is answered late
  double wrong_command = 0;    // in bad times, FFmpeg says the command is wrong

  Duration mean_source_up{}, mean_source_down{};
  Duration mean_sink_up{}, mean_sink_down{};
  double flap = 0;  // a change of source or sink is the first of a burst
  double aim = 0;   // a launch, a look, a stop or a deadline is met by one at that very moment
  Duration name_sticks{};   // at most, after a publisher is lost without a farewell
  bool probe_lies = false;  // it says that the source is there, always
  double lost_answer = 0;   // a look is never answered; never two in a row
  bool sees_writes = true;  // the samples of the process show what it writes
  Fallback fallback = Fallback::none;

  Duration mean_supervision{};  // between deaths of the supervisor, at any step
  double crash_at_note = 0;     // … at a step that the journal would note, which is then lost
  double crash_loop = 0;        // a death is followed by another within seconds
  double life_after_end = 0;    // a supervisor that has ended is started again
  Duration mean_receiver_up{}, mean_receiver_down{};  // of alerts
  bool receiver_forgets = false;

  // An answer to a look takes at most this long.
  static constexpr Duration look_time_out = std::chrono::seconds(5);
};

Scenario make_scenario(Dice& dice);
std::ostream& operator<<(std::ostream& out, const Scenario& scenario);

}  // namespace simulation
