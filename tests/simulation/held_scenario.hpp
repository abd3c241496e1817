#pragma once

#include <iosfwd>
#include <string>
#include <vector>

#include "recovery/setup.hpp"
#include "tests/simulation/dice.hpp"

namespace simulation {

// An output of a held stream, as the configuration names it.
struct HeldPlan {
  std::string name;
  bool required = false;
  bool is_wrong = false;      // its publisher's command
  unsigned version = 0;       // another one is another command
  unsigned other_limits = 0;  // the same command under other limits
};

// The circumstances of one held stream.
struct HeldScenario {
  recovery::Policy policy;
  monitor::Limits limits;
  std::vector<HeldPlan> outputs;
  Duration length{};

  Duration mean_encoder{};    // until it gets into trouble
  Duration mean_publisher{};  // … each of its own
  Duration mean_source_up{}, mean_source_down{};
  Duration mean_server_up{}, mean_server_down{};  // of each output
  Duration mean_request{};                        // of people; reloads among them
  Duration socket_span{};  // what a connection's buffers hold of a server that hangs
  double launch_failure = 0;
  bool kernel_reports = true;  // this machine shows connections
  bool blocks_go_on = false;   // of a publisher whose input is silent, as FFmpeg 7.1 does it
  bool has_sound = false;
  bool source_can_be_probed = true;
  bool is_covered = false;  // something stands in for the encoder
};

HeldScenario make_held_scenario(Dice& dice);
std::ostream& operator<<(std::ostream& out, const HeldScenario& scenario);

// What the cores are given, as supervisor/stream/stream_parts.cpp and
// supervisor/hold/held_parts.cpp make it.
recovery::Setup encoder_setup(const HeldScenario& scenario, const std::vector<HeldPlan>& outputs);
recovery::Setup publisher_setup(const HeldScenario& scenario, const HeldPlan& output);
// Of the stop's grace, what is left for the publishers.
Duration outputs_grace(const HeldScenario& scenario);

}  // namespace simulation
