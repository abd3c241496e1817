#include "tests/simulation/scenario.hpp"

#include <ostream>

namespace simulation {

using namespace std::chrono_literals;
using recovery::OnExhausted;
using recovery::Restart;

namespace {

recovery::Policy make_policy(Dice& dice) {
  recovery::Policy policy;
  policy.enabled = !dice.chance(0.05);
  policy.max_restart_attempts = dice.one_of({0U, 1U, 2U, 3U, 3U, 3U, 5U, 10U});
  policy.restart_cooldown = dice.one_of<Duration>({5s, 20s, 60s, 60s, 60s, 300s, 1800s});
  policy.restart_delay.initial = dice.one_of<Duration>({0s, 0s, 0s, 1s, 10s});
  policy.restart_delay.step = dice.one_of<Duration>({1s, 1s, 100ms, 7s, 100s});
  policy.restart_delay.multiplier = dice.one_of({2.0, 2.0, 1.0, 1.5, 10.0});
  policy.restart_delay.jitter = dice.one_of({0.1, 0.1, 0.0, 0.5, 1.0});
  policy.stop_grace = dice.one_of<Duration>({5s, 5s, 0s, 100ms, 1s, 30s});
  policy.on_exhausted =
      dice.one_of({OnExhausted::keep_trying, OnExhausted::keep_trying, OnExhausted::keep_trying,
                   OnExhausted::keep_trying, OnExhausted::exit, OnExhausted::stop});
  policy.restart = dice.one_of({Restart::always, Restart::always, Restart::always, Restart::always,
                                Restart::on_failure, Restart::on_failure, Restart::never});
  return policy;
}

monitor::Limits make_limits(Dice& dice, Duration block_period) {
  monitor::Limits limits;
  limits.stats_period = block_period;
  limits.freeze_timeout = block_period * dice.one_of({2, 3, 6});
  limits.startup_timeout = dice.one_of<Duration>({5s, 30s, 120s});
  limits.bitrate_drop.window = block_period * 4;
  limits.bitrate_drop.hold = block_period * 2;
  limits.bitrate_drop.action =
      dice.chance(0.3) ? monitor::OnWarning::restart : monitor::OnWarning::alert;
  limits.min_speed.hold = block_period * 10;
  return limits;
}

}  // namespace

Scenario make_scenario(Dice& dice) {
  Scenario scenario;
  scenario.policy = make_policy(dice);
  scenario.block_period = dice.one_of<Duration>({10s, 30s, 120s, 300s, 600s, 600s});
  scenario.limits = make_limits(dice, scenario.block_period);
  scenario.reports_progress = !dice.chance(0.1);
  scenario.mean_life = dice.one_of<Duration>({30s, 10min, 2h, 24h, 72h});
  scenario.mean_good_times = dice.one_of<Duration>({1h, 12h, 48h});
  scenario.mean_bad_times = dice.one_of<Duration>({20s, 5min, 1h});
  scenario.mean_request = dice.one_of<Duration>({2min, 1h, 24h, 24h});
  scenario.mean_pause = dice.one_of<Duration>({30min, 24h, 72h});
  scenario.tick_lateness = dice.one_of<Duration>({0s, 0s, 1ms, 30ms});
  scenario.launch_failure = dice.one_of({0.0, 0.01, 0.2});
  scenario.slow_answer = dice.one_of({0.0, 0.2});
  scenario.wrong_command = dice.one_of({0.0, 0.0, 0.3});
  return scenario;
}

std::ostream& operator<<(std::ostream& out, const Scenario& scenario) {
  const auto& policy = scenario.policy;
  const auto s = [](Duration duration) { return monitor::seconds(duration); };
  return out << "enabled " << policy.enabled << ", attempts " << policy.max_restart_attempts
             << ", cooldown " << s(policy.restart_cooldown) << " s, delay "
             << s(policy.restart_delay.initial) << "/" << s(policy.restart_delay.step) << " s ×"
             << policy.restart_delay.multiplier << " ±" << policy.restart_delay.jitter << ", grace "
             << s(policy.stop_grace) << " s, on_exhausted " << static_cast<int>(policy.on_exhausted)
             << ", restart " << static_cast<int>(policy.restart) << "\nblocks each "
             << s(scenario.block_period) << " s, freeze " << s(scenario.limits.freeze_timeout)
             << " s, startup " << s(scenario.limits.startup_timeout) << " s, reports_progress "
             << scenario.reports_progress << ", ticks late by " << s(scenario.tick_lateness)
             << " s\n";
}

}  // namespace simulation
