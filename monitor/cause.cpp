#include "monitor/cause.hpp"

namespace monitor {
namespace {

struct CauseRow {
  std::string_view name;
  Component component;
};

constexpr std::array<CauseRow, cause_count> causes{{
#define FFSUPERVISOR_CAUSE(cause, component) {#cause, Component::component},
    FFSUPERVISOR_CAUSES(FFSUPERVISOR_CAUSE)
#undef FFSUPERVISOR_CAUSE
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

std::string_view name(Strength strength) {
  switch (strength) {
    case Strength::possible:
      return "possible";
    case Strength::likely:
      return "likely";
    case Strength::proven:
      return "proven";
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
