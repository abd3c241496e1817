// Outputs that FFmpeg goes on without, while it puts out to others.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "recovery/stream_core.hpp"

namespace recovery {

using monitor::Component;
using monitor::Fault;
using monitor::Output;

const std::vector<Output>& StreamCore::outputs() const {
  return life_.role == Role::primary ? setup_.command.outputs : setup_.command.fallback_outputs;
}

// Those that only another launch brings back. A segment that is refused is followed by the next.
std::vector<std::string> StreamCore::lost_for_good(const std::vector<Fault>& faults) const {
  std::vector<std::string> lost;
  for (const Output& output : setup_.command.outputs) {
    const bool needs_launch =
        output.link == Output::Link::lasting && !output.reconnects && !output.is_published;
    const bool is_lost = std::any_of(faults.begin(), faults.end(), [&](const Fault& fault) {
      const bool is_gone = fault.cause == monitor::Cause::sink_unreachable ||
                           fault.cause == monitor::Cause::sink_lost;
      return is_gone && fault.output == output.name;
    });
    if (needs_launch && is_lost) lost.push_back(output.name);
  }
  return lost;
}

void StreamCore::await_lost_outputs(const std::vector<Fault>& faults) {
  const Policy& policy = setup_.policy;
  const bool is_asked =
      is(State::waiting_for_receiver) || policy.on_partial == monitor::OnWarning::restart;
  output_return_.await(
      policy.enabled && is_asked ? lost_for_good(faults) : std::vector<std::string>{},
      policy.probe_interval, now_);
}

void StreamCore::look_at_lost_outputs() {
  const bool goes_on = is(State::on_air) || is(State::waiting_for_receiver);
  if (!goes_on) output_return_.await({}, setup_.policy.probe_interval, now_);
  if (now_ < output_return_.deadline()) return;
  auto [number, output] = output_return_.begin_look(now_);
  reporter_.act(ProbeSink{number, std::move(output)});
}

// Each launch interrupts what is left: it costs an attempt, and one that was in vain makes the next
// one rarer.
void StreamCore::on_output_probed(const SinkProbed& event) {
  const bool is_back = output_return_.accept(event.number, event.output, now_) && event.available;
  if (!is_back || leaving_ != Leaving::no) return;
  const Duration cooldown = setup_.policy.restart_cooldown;
  const bool is_partial = is(State::on_air);
  const Duration longest = is_partial ? std::max(cooldown, OutputReturn::longest_pause) : cooldown;
  if (!output_return_.may_launch(cooldown, longest, now_)) return;
  if (is_partial && planner_.attempts() >= std::max(1U, setup_.policy.max_restart_attempts)) return;
  output_return_.on_launch(now_);
  detection_.count_restart(event.output);
  reporter_.decide({DecisionKind::restart_ffmpeg,
                    "output " + event.output + " is back: " + event.sentence, Duration::zero(),
                    is_partial ? planner_.spend_attempt(now_) : 0,
                    setup_.policy.max_restart_attempts});
  begin_stop({Plan::Kind::launch});
}

// Published outputs come back by themselves; the encoder goes on meanwhile.
void StreamCore::take_reports() {
  check_detectors();
  if (!is(State::waiting_for_receiver)) return;
  const monitor::OutputsDetector& outputs = detection_.watch()->outputs();
  if (outputs.are_all_wrong() && primary_ != CommandTrial::was_on_air) {
    return begin_stop({Plan::Kind::reject});
  }
  if (outputs.is_exhausted()) {
    planner_.escalate(*life_.verdict, "The restarts did not bring the output back", context());
  }
}

std::vector<OutputTotal> StreamCore::output_totals() const {
  return detection_.output_totals();
}

}  // namespace recovery
