#include "tests/simulation/held_scenario.hpp"

#include <algorithm>
#include <ostream>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;
using monitor::Output;

namespace {

constexpr Duration hardly_ever = std::chrono::hours(10'000);

Policy make_policy(Dice& dice) {
  Policy policy;
  policy.max_restart_attempts = dice.one_of({1U, 3U, 3U, 5U});
  policy.restart_cooldown = dice.one_of<Duration>({5s, 20s, 60s, 60s});
  policy.restart_delay.initial = dice.one_of<Duration>({0s, 0s, 1s});
  policy.stop_grace = dice.one_of<Duration>({5s, 5s, 2s, 10s, 30s});
  policy.audio_stream.retry_interval = dice.one_of<Duration>({30s, 5s});
  policy.probe_interval = dice.one_of<Duration>({5s, 5s, 1s});
  return policy;
}

monitor::Limits make_limits(Dice& dice) {
  monitor::Limits limits;
  limits.startup_timeout = dice.one_of<Duration>({10s, 30s, 30s});
  limits.freeze_timeout = dice.one_of<Duration>({5s, 10s, 30s});
  limits.sink_stall_timeout = dice.one_of<Duration>({10s, 10s, 5s, 20s});
  return limits;
}

std::vector<HeldPlan> make_outputs(Dice& dice) {
  const char* const names[] = {"a", "b", "c", "d"};
  const auto count = dice.one_of<std::size_t>({1, 2, 2, 3, 4});
  const double required = dice.one_of({0.0, 0.0, 0.3, 1.0});
  const double wrong = dice.one_of({0.0, 0.0, 0.0, 0.3, 1.0});
  std::vector<HeldPlan> outputs;
  for (std::size_t i = 0; i < count; ++i) {
    outputs.push_back(
        {.name = names[i], .required = dice.chance(required), .is_wrong = dice.chance(wrong)});
  }
  return outputs;
}

}  // namespace

HeldScenario make_held_scenario(Dice& dice) {
  HeldScenario scenario;
  scenario.policy = make_policy(dice);
  scenario.limits = make_limits(dice);
  scenario.outputs = make_outputs(dice);
  scenario.length = dice.one_of<Duration>({10min, 20min, 40min});
  scenario.mean_encoder = dice.one_of<Duration>({20s, 2min, 10min, hardly_ever});
  scenario.mean_publisher = dice.one_of<Duration>({1min, 10min, hardly_ever, hardly_ever});
  scenario.mean_source_up = dice.one_of<Duration>({2min, 10min, hardly_ever});
  scenario.mean_source_down = dice.one_of<Duration>({5s, 1min, 5min});
  scenario.mean_server_up = dice.one_of<Duration>({1min, 5min, 20min, hardly_ever});
  scenario.mean_server_down = dice.one_of<Duration>({1s, 20s, 2min});
  scenario.mean_request = dice.one_of<Duration>({1min, 5min, hardly_ever});
  scenario.socket_span = dice.one_of<Duration>({2s, 20s, 60s});
  scenario.launch_failure = dice.one_of({0.0, 0.0, 0.1});
  scenario.kernel_reports = dice.chance(0.7);
  scenario.blocks_go_on = dice.chance(0.3);
  scenario.has_sound = dice.chance(0.1);
  scenario.source_can_be_probed = dice.chance(0.7);
  scenario.is_covered = dice.chance(0.5);
  return scenario;
}

std::ostream& operator<<(std::ostream& out, const HeldScenario& scenario) {
  const auto s = [](Duration duration) { return monitor::seconds(duration); };
  out << "held stream of";
  for (const HeldPlan& output : scenario.outputs) {
    out << ' ' << output.name << (output.required ? " (required)" : "")
        << (output.is_wrong ? " (wrong)" : "");
  }
  return out << "; attempts " << scenario.policy.max_restart_attempts << ", cooldown "
             << s(scenario.policy.restart_cooldown) << " s, grace " << s(scenario.policy.stop_grace)
             << " s; startup " << s(scenario.limits.startup_timeout) << " s, freeze "
             << s(scenario.limits.freeze_timeout) << " s, stall "
             << s(scenario.limits.sink_stall_timeout) << " s; connections are seen "
             << scenario.kernel_reports << ", hold " << s(scenario.socket_span)
             << " s; the source can be probed " << scenario.source_can_be_probed << '\n';
}

Setup encoder_setup(const HeldScenario& scenario, const std::vector<HeldPlan>& outputs) {
  Setup setup{scenario.policy, scenario.limits, {}};
  setup.policy.stop_grace = scenario.policy.stop_grace * 3 / 5;
  setup.command.connects_output = true;
  setup.command.source_can_be_probed = scenario.source_can_be_probed;
  for (const HeldPlan& output : outputs) {
    setup.command.outputs.push_back({.name = output.name,
                                     .link = Output::Link::lasting,
                                     .may_be_missing = true,
                                     .required = output.required,
                                     .is_published = true});
  }
  return setup;
}

Setup publisher_setup(const HeldScenario& scenario, const HeldPlan& output) {
  Setup setup{scenario.policy, scenario.limits, {}};
  setup.policy.restart_cooldown = std::min<Duration>(scenario.policy.restart_cooldown, 5s);
  setup.limits.bitrate_drop.percent = 100;
  setup.limits.min_speed.ratio = 0;
  setup.limits.memory_mb += output.other_limits;
  setup.command.sink_can_be_probed = true;
  setup.command.outputs = {{.name = output.name, .link = Output::Link::lasting}};
  return setup;
}

Duration outputs_grace(const HeldScenario& scenario) {
  return scenario.policy.stop_grace * 2 / 5;
}

}  // namespace simulation
