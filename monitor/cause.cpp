#include "monitor/cause.hpp"

namespace monitor {
namespace {

struct CauseRow {
  std::string_view name;
  Component component;
};

// In the order of the enumeration; a test holds each name against the contract's.
constexpr std::array<CauseRow, cause_count> causes{{
    {"source_unreachable", Component::source},
    {"source_missing", Component::source},
    {"source_refused", Component::source},
    {"source_stalled", Component::source},
    {"source_ended", Component::source},
    {"source_corrupt", Component::source},
    {"source_silent", Component::source},
    {"source_frozen_picture", Component::source},
    {"source_black", Component::source},
    {"encoder_crashed", Component::encoder},
    {"encoder_failed", Component::encoder},
    {"encoder_frozen", Component::encoder},
    {"encoder_slow", Component::encoder},
    {"bitrate_drop", Component::encoder},
    {"cpu_high", Component::encoder},
    {"memory_high", Component::encoder},
    {"sink_unreachable", Component::sink},
    {"sink_rejected", Component::sink},
    {"sink_lost", Component::sink},
    {"sink_stalled", Component::sink},
    {"host_out_of_memory", Component::host},
    {"host_cpu_throttled", Component::host},
    {"host_disk_full", Component::host},
    {"host_spawn_failed", Component::host},
    {"command_invalid", Component::config},
    {"stop_requested", Component::operator_},
    {"restart_requested", Component::operator_},
    {"track_change", Component::operator_},
}};

const CauseRow& row(Cause cause) {
  return causes.at(static_cast<std::size_t>(cause));
}

}  // namespace

std::string_view name(Component component) {
  switch (component) {
    case Component::source:
      return "source";
    case Component::encoder:
      return "encoder";
    case Component::sink:
      return "sink";
    case Component::host:
      return "host";
    case Component::config:
      return "config";
    case Component::operator_:
      return "operator";
  }
  return "?";
}

std::string_view name(Confidence confidence) {
  switch (confidence) {
    case Confidence::low:
      return "low";
    case Confidence::medium:
      return "medium";
    case Confidence::high:
      return "high";
  }
  return "?";
}

std::string_view name(Cause cause) {
  return row(cause).name;
}

Component component_of(Cause cause) {
  return row(cause).component;
}

bool is_dead_air(Cause cause) {
  return cause == Cause::source_silent || cause == Cause::source_frozen_picture ||
         cause == Cause::source_black;
}

}  // namespace monitor
