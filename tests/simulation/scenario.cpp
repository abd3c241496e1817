#include "tests/simulation/scenario.hpp"

#include <ostream>

namespace simulation {

using namespace std::chrono_literals;
using recovery::OnExhausted;
using recovery::Restart;

namespace {

constexpr Duration hardly_ever = std::chrono::hours(10'000);

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
  policy.audio_stream.retry_interval = dice.one_of<Duration>({30s, 30s, 30s, 1s, 5s, 120s});
  policy.audio_stream.max_retries = dice.one_of({20U, 20U, 3U, 1U, 0U, 100U});
  policy.probe_interval = dice.one_of<Duration>({5s, 5s, 5s, 1s, 60s});
  policy.alert_after = dice.one_of<std::optional<Duration>>({2min, 2min, 10s, 1h, std::nullopt});
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

void furnish_outside(Scenario& scenario, Dice& dice) {
  scenario.mean_source_up = dice.one_of<Duration>({30s, 10min, 1h, 6h, hardly_ever});
  scenario.mean_source_down = dice.one_of<Duration>({2s, 20s, 2min, 30min});
  scenario.mean_sink_up = dice.one_of<Duration>({1min, 1h, 6h, hardly_ever, hardly_ever});
  scenario.mean_sink_down = dice.one_of<Duration>({1s, 10s, 1min, 10min});
  scenario.flap = dice.one_of({0.0, 0.1, 0.6});
  scenario.aim = dice.one_of({0.0, 0.0, 0.02, 0.2});
  scenario.name_sticks = dice.one_of<Duration>({0s, 0s, 1s, 5s, 30s});
  scenario.probe_lies = dice.chance(0.05);
  scenario.lost_answer = dice.one_of({0.0, 0.0, 0.0, 0.01});
  scenario.mean_supervision = dice.one_of<Duration>({10min, 3h, hardly_ever, hardly_ever});
  scenario.crash_at_note = dice.one_of({0.0, 0.0, 0.01, 0.1});
  scenario.crash_loop = dice.one_of({0.0, 0.0, 0.3, 0.8});
  scenario.life_after_end = dice.one_of({0.5, 1.0, 1.0});
  scenario.mean_receiver_up = dice.one_of<Duration>({1min, 1h, hardly_ever});
  scenario.mean_receiver_down = dice.one_of<Duration>({10s, 5min, 1h});
  scenario.receiver_forgets = dice.chance(0.5);
}

void furnish_tracks(Scenario& scenario, Dice& dice) {
  scenario.mean_track = dice.one_of<Duration>({20s, 3min, 3min, 1h, hardly_ever});
  auto& policy = scenario.policy;
  policy.restart_on_track_change = dice.chance(0.2);
  auto& plan = policy.planned_restart;
  if (dice.chance(0.4)) plan.every = dice.one_of<Duration>({1min, 10min, 1h, 6h});
  plan.at = dice.chance(0.7) ? recovery::RestartMoment::track_change : recovery::RestartMoment::any;
  plan.within = dice.one_of<Duration>({0s, 2min, 20min});
}

void furnish_command(Scenario& scenario, Dice& dice) {
  auto& command = scenario.command;
  command.reports_progress = !dice.chance(0.1);
  command.source_can_be_probed = !dice.chance(0.2);
  command.advance_proves_source = !dice.chance(0.3);
  command.sink_can_be_probed = !dice.chance(0.3);
  if (!command.reports_progress) {
    // Not FFmpeg: nobody knows what it reads.
    command.source_can_be_probed = command.advance_proves_source = false;
  }
  scenario.fallback =
      dice.one_of({Fallback::none, Fallback::none, Fallback::good, Fallback::good, Fallback::good,
                   Fallback::ends, Fallback::crashes, Fallback::freezes, Fallback::is_wrong});
  command.has_fallback = scenario.fallback != Fallback::none;
  command.fallback_reports_progress = !dice.chance(0.1);
}

}  // namespace

Scenario make_scenario(Dice& dice) {
  Scenario scenario;
  scenario.policy = make_policy(dice);
  scenario.length = dice.one_of<Duration>({20min, 1h, 1h, 2h, 6h, 24h});
  scenario.block_period = scenario.length < 2h ? dice.one_of<Duration>({1s, 2s, 10s})
                                               : dice.one_of<Duration>({10s, 30s, 120s, 600s});
  scenario.limits = make_limits(dice, scenario.block_period);
  scenario.mean_life = dice.one_of<Duration>({30s, 10min, 2h, 24h, 72h});
  scenario.mean_good_times = dice.one_of<Duration>({20min, 3h, 48h});
  scenario.mean_bad_times = dice.one_of<Duration>({20s, 5min, 1h});
  scenario.mean_request = dice.one_of<Duration>({2min, 1h, 24h, 24h});
  scenario.mean_pause = dice.one_of<Duration>({30min, 24h, 72h});
  scenario.tick_lateness = dice.one_of<Duration>({0s, 0s, 1ms, 30ms});
  scenario.launch_failure = dice.one_of({0.0, 0.01, 0.2});
  scenario.sees_writes = dice.chance(0.9);
  scenario.slow_answer = dice.one_of({0.0, 0.2});
  scenario.wrong_command = dice.one_of({0.0, 0.0, 0.3});
  furnish_command(scenario, dice);
  furnish_outside(scenario, dice);
  furnish_tracks(scenario, dice);
  return scenario;
}

std::ostream& operator<<(std::ostream& out, const Scenario& scenario) {
  const auto& policy = scenario.policy;
  const auto& command = scenario.command;
  const auto s = [](Duration duration) { return monitor::seconds(duration); };
  const auto n = [](auto value) { return static_cast<int>(value); };
  out << "enabled " << policy.enabled << ", attempts " << policy.max_restart_attempts
      << ", cooldown " << s(policy.restart_cooldown) << " s, delay "
      << s(policy.restart_delay.initial) << "/" << s(policy.restart_delay.step) << " s ×"
      << policy.restart_delay.multiplier << " ±" << policy.restart_delay.jitter << ", grace "
      << s(policy.stop_grace) << " s, alerts after " << s(policy.alert_after.value_or(0s))
      << " s, on_exhausted " << n(policy.on_exhausted) << ", restart " << n(policy.restart)
      << "\nretries " << policy.audio_stream.max_retries << " each "
      << s(policy.audio_stream.retry_interval) << " s, probes each " << s(policy.probe_interval)
      << " s: source " << command.source_can_be_probed << " (one input "
      << command.advance_proves_source << ", lies " << scenario.probe_lies << "), sink "
      << command.sink_can_be_probed << "; fallback " << n(scenario.fallback) << " (with progress "
      << command.fallback_reports_progress << ")";
  return out << "\nblocks each " << s(scenario.block_period) << " s, freeze "
             << s(scenario.limits.freeze_timeout) << " s, startup "
             << s(scenario.limits.startup_timeout) << " s, with progress "
             << command.reports_progress << ", ticks late by " << s(scenario.tick_lateness)
             << " s, name sticks " << s(scenario.name_sticks) << " s\ntracks each "
             << s(scenario.mean_track) << " s, restart for each " << policy.restart_on_track_change
             << ", planned each " << s(policy.planned_restart.every.value_or(0s)) << " s, at "
             << n(policy.planned_restart.at) << " within " << s(policy.planned_restart.within)
             << " s\n";
}

}  // namespace simulation
