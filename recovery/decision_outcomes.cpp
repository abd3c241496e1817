#include "recovery/decision_outcomes.hpp"

#include <utility>
#include <variant>

namespace recovery {

void DecisionOutcomes::begin(DecisionKind kind) {
  of(kind) = {true, std::nullopt};
}

void DecisionOutcomes::finish(DecisionKind kind, bool success) {
  Open& open = of(kind);
  if (!open.is_open) return;
  open = {};
  HistoryEntry* entry = history_.find([kind](const HistoryEntry& candidate) {
    return candidate.action == kind && !candidate.success;
  });
  if (entry) entry->success = success;
}

void DecisionOutcomes::on(const Decided& decision) {
  if (decision.kind == DecisionKind::none) return;
  // The entry before this one, if it is still open: the newest of its kind without an outcome.
  if (of(decision.kind).is_open) {
    of(decision.kind) = {};
    bool is_new = true;
    HistoryEntry* before = history_.find([&](const HistoryEntry& candidate) {
      return candidate.action == decision.kind && !std::exchange(is_new, false);
    });
    if (before && !before->success) before->success = false;
  }
  if (decision.kind == DecisionKind::restart_ffmpeg) finish(DecisionKind::wait_for_source, true);
  begin(decision.kind);
}

void DecisionOutcomes::on(const Notice& notice) {
  if (std::holds_alternative<CameOnAir>(notice)) {
    finish(DecisionKind::restart_ffmpeg, true);
  } else if (std::holds_alternative<FallbackOnAir>(notice)) {
    finish(DecisionKind::start_fallback, true);
  } else if (std::holds_alternative<FallbackFailed>(notice)) {
    finish(DecisionKind::start_fallback, false);
  } else if (const auto* detected = std::get_if<FaultDetected>(&notice)) {
    const bool launched = of(DecisionKind::restart_ffmpeg).launched.has_value();
    if (detected->fault.off_air && launched) finish(DecisionKind::restart_ffmpeg, false);
  }
}

void DecisionOutcomes::on(const Event& event) {
  if (const auto* exited = std::get_if<Exited>(&event)) fail_launched(exited->generation);
  if (const auto* failed = std::get_if<LaunchFailed>(&event)) fail_launched(failed->generation);
}

void DecisionOutcomes::fail_launched(Generation generation) {
  for (const DecisionKind kind : {DecisionKind::restart_ffmpeg, DecisionKind::start_fallback}) {
    if (of(kind).launched == generation) finish(kind, false);
  }
}

void DecisionOutcomes::on(const Launch& launch) {
  of(launch.role == Role::primary ? DecisionKind::restart_ffmpeg : DecisionKind::start_fallback)
      .launched = launch.generation;
}

void DecisionOutcomes::on_stopped() {
  finish(DecisionKind::restart_ffmpeg, false);
  finish(DecisionKind::wait_for_source, false);
  finish(DecisionKind::start_fallback, false);
}

void DecisionOutcomes::on_alert(bool delivered) {
  finish(DecisionKind::escalate_alert, delivered);
}

}  // namespace recovery
