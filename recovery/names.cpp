#include <string_view>

#include "recovery/action.hpp"
#include "recovery/status.hpp"

namespace recovery {

std::string_view name(State state) {
  switch (state) {
    case State::starting:
      return "starting";
    case State::on_air:
      return "on_air";
    case State::covered:
      return "covered";
    case State::stopping:
      return "stopping";
    case State::cooling_down:
      return "cooling_down";
    case State::waiting_for_source:
      return "waiting_for_source";
    case State::waiting_for_receiver:
      return "waiting_for_receiver";
    case State::fallback:
      return "fallback";
    case State::stopped:
      return "stopped";
  }
  return "unknown";
}

std::string_view name(DecisionKind kind) {
  switch (kind) {
    case DecisionKind::restart_ffmpeg:
      return "restart_ffmpeg";
    case DecisionKind::wait_for_source:
      return "wait_for_source";
    case DecisionKind::start_fallback:
      return "start_fallback";
    case DecisionKind::escalate_alert:
      return "escalate_alert";
    case DecisionKind::none:
      return "none";
  }
  return "unknown";
}

}  // namespace recovery
