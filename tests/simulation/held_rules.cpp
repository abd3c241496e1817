#include "tests/simulation/held_rules.hpp"

#include <algorithm>
#include <csignal>

namespace simulation {

using namespace recovery;
using namespace std::chrono_literals;
using monitor::OutputState;

namespace {

constexpr Duration turn = 1s;  // of the world, and what a step is late
// Blocks that still come may be those of few pictures: a warning, while FFmpeg was seen at work.
constexpr Duration few_pictures = 30s;

bool is_down(const HeldRules::Publisher& each) {
  return each.reported == OutputState::lost || each.reported == OutputState::stopped;
}

bool begins_stop(State before, const Step& step) {
  return before != State::stopping && std::ranges::any_of(step.actions, [](const Action& action) {
           return std::holds_alternative<Signal>(action);
         });
}

}  // namespace

HeldRules::HeldRules(const HeldScenario& scenario, Instant began)
    : scenario_(scenario), came_on_air_at_(began) {
  const monitor::Limits& limits = scenario.limits;
  const Policy& policy = scenario.policy;
  const Duration judged =
      std::max({limits.startup_timeout, limits.freeze_timeout, limits.sink_stall_timeout});
  // A quiet programme takes longer to fill a connection's buffers.
  until_noticed_ = judged + 3 * scenario.socket_span + policy.stop_grace + 5s;
  // A launch in vain may have begun before, and each of encoder and publisher has its own delay.
  until_returned_ = 2 * (until_noticed_ + policy.restart_cooldown) +
                    policy.audio_stream.retry_interval + policy.probe_interval + 30s;
}

// ---------------------------------------------------------------------------- publishers

void HeldRules::check_publisher(const StreamCore& core, State before, const Step& step,
                                const Publisher& truth, const Stream& stream, bool is_asked,
                                Instant now) {
  for (const Action& action : step.actions) {
    if (!std::holds_alternative<Launch>(action)) continue;
    ++tally_.publishers;
    require(!truth.is_alive, "one publisher for each output", "a launch while one lives");
    require(!stream.is_ending && !truth.is_leaving, "what ends is not launched again", "it is");
    require(!truth.is_stopped, "an output that was stopped stays so", "launched");
  }
  for (const Notice& notice : step.notices) {
    if (std::holds_alternative<Escalated>(notice)) ++tally_.escalations;
  }
  require(!core.status().ended || truth.is_wrong || stream.is_ending || truth.is_leaving,
          "an output ends for good by a wrong command alone", "otherwise");
  if (!begins_stop(before, step)) return;
  ++(is_asked ? tally_.asked_stops : tally_.publisher_stops);
  if (is_asked || stream.is_ending || truth.is_leaving) return;
  require(!stream.is_idle, "no publisher is ended while nothing comes from the encoder", "it is");
  const Duration shortest =
      std::min({scenario_.limits.freeze_timeout, scenario_.limits.startup_timeout,
                scenario_.limits.sink_stall_timeout});
  require(now - stream.idle_changed_at + turn >= shortest,
          "what comes again leaves a publisher its time", "ended at once");
  require(now - truth.trouble_at <= until_noticed_,
          "a publisher is ended for a fault of its own output alone", "nothing was wrong with it");
}

// ---------------------------------------------------------------------------- the encoder

void HeldRules::check_encoder(const StreamCore& core, State before, const Step& step,
                              const Encoder& truth, const std::vector<Publisher>& publishers,
                              bool is_asked, Instant now) {
  const auto is_needed = [](const Publisher& each) { return each.required; };
  const bool any_required = std::ranges::any_of(publishers, is_needed);
  const bool are_all_wrong =
      !publishers.empty() && std::ranges::all_of(publishers, [&](const Publisher& each) {
        return (any_required && !each.required) ||
               (each.is_wrong && each.reported == OutputState::stopped);
      });
  for (const Action& action : step.actions) {
    if (std::holds_alternative<Launch>(action)) ++tally_.encoders;
    const auto* end = std::get_if<End>(&action);
    if (end == nullptr || end->exit_code == 0) continue;
    ++tally_.rejected;
    require(end->exit_code != exit_code::command_invalid || (are_all_wrong && !ever_on_air_),
            "78 only where no output is left that the stream needs, and it never was on air",
            "otherwise");
  }
  for (const Notice& notice : step.notices) {
    if (!std::holds_alternative<CameOnAir>(notice)) continue;
    ++tally_.on_airs;
    ever_on_air_ = true;
    came_on_air_at_ = now;
    const auto is_on_air = [](const Publisher& each) {
      return each.reported == OutputState::on_air;
    };
    require(std::ranges::any_of(publishers, is_on_air), "on air needs an output", "there is none");
    require(std::ranges::all_of(publishers,
                                [&](const Publisher& each) {
                                  return !each.required || each.is_stopped || is_on_air(each);
                                }),
            "on air needs each required output", "one is not");
  }
  const State state = core.status().state;
  if (before != state && state == State::waiting_for_receiver) ++tally_.receivers_awaited;
  if (!begins_stop(before, step)) return;
  ++tally_.encoder_stops;
  const bool is_own = now - truth.trouble_at <= until_noticed_;
  require(is_asked || is_own || are_all_wrong,
          "the encoder is ended for a fault of its own alone, never for an output's", "it is");
}

// ---------------------------------------------------------------------------- on air

void HeldRules::check_sums(const Status& status) {
  if (status.settled_at == Instant{}) return;
  const Duration sum = status.on_air_total + status.off_air_total + status.covered_total;
  if (!settled_from_) settled_from_ = status.settled_at - sum;
  require(*settled_from_ + sum == status.settled_at,
          "time is on air, off air or covered, and nothing else", "it is not");
}

void HeldRules::check_air(const StreamCore& core, const Encoder& truth,
                          const std::vector<Publisher>& publishers, const Stream& stream,
                          Instant now) {
  check_sums(core.status());
  if (core.status().state != State::on_air) return;
  const Duration doubt = truth.still_reports ? few_pictures : Duration::zero();
  require(now - truth.advanced_at <= scenario_.limits.freeze_timeout + doubt + turn,
          "on air only while the encoder puts out", "it does not");
  const Instant counted = std::max(came_on_air_at_, stream.idle_changed_at);
  const auto delivers = [&](const Publisher& each) {
    return now - std::max({counted, each.delivered_at, each.asked_at}) <= until_noticed_;
  };
  require(std::ranges::any_of(publishers, delivers), "on air only while an output delivers",
          "none does");
  require(!std::ranges::all_of(publishers, is_down), "on air only while an output is left",
          "all are down");
  for (const Publisher& each : publishers) {
    if (!each.required || each.is_stopped) continue;
    require(!is_down(each), "on air only with each required output", "one is down");
    require(delivers(each), "on air only while each required output delivers", "one does not");
  }
}

// Nothing has been in the way of any of them, and nobody has asked for anything.
void HeldRules::check_return(const StreamCore& core, const std::vector<Publisher>& publishers,
                             Instant well_since, Instant now) {
  const bool is_due = now - well_since > until_returned_;
  if (!is_due) has_returned_ = false;
  if (!is_due) return;
  if (!has_returned_) ++tally_.returns;
  has_returned_ = true;
  bool can_be_on_air = !publishers.empty();
  bool any = false;
  for (const Publisher& each : publishers) {
    const bool is_out = each.is_stopped || each.is_wrong;
    if (each.required && is_out) can_be_on_air = false;
    if (is_out) continue;
    any = true;
    require(each.reported == OutputState::on_air, "each output is back in the end", "one is not");
  }
  if (!can_be_on_air || !any) return;
  require(core.status().state == State::on_air, "the stream is back in the end", "it is not");
}

// ---------------------------------------------------------------------------- the end

void HeldRules::check_end(const Encoder& encoder, const std::vector<Publisher>& publishers,
                          const Stream& stream, Instant now) const {
  if (!stream.stopped_at) return;
  const bool is_due = now - *stream.stopped_at > scenario_.policy.stop_grace + turn;
  require(!is_due || !encoder.is_alive, "a stop ends the encoder in time", "it lives");
  for (const Publisher& each : publishers) {
    require(!is_due || !each.is_alive, "a stop ends each publisher in time", "one lives");
  }
}

}  // namespace simulation
