#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "monitor/cause.hpp"
#include "recovery/event.hpp"
#include "recovery/incident.hpp"

namespace recovery {

// What the hands must do, in this order, before the next event.

// Start the child; answer with Launched or LaunchFailed.
struct Launch {
  Generation generation;
};
// To the whole process group of this generation.
struct Signal {
  Generation generation;
  int number;  // SIGTERM or SIGKILL
};
// The stream is final: nothing of it runs, nothing will.
struct End {
  int exit_code;  // what the supervisor should exit with if this stream is its only one
};

using Action = std::variant<Launch, Signal, End>;

// What observers (log, metrics, history, events) should know. Nothing here asks for anything.

enum class DecisionKind : std::uint8_t {
  restart_ffmpeg,
  wait_for_source,
  start_fallback,
  escalate_alert,
  none
};
inline constexpr std::size_t decision_kind_count = 5;
std::string_view name(DecisionKind kind);

struct CameOnAir {
  std::optional<Duration> off_air_for;  // from the last good moment; empty the first time
};
struct WentOffAir {
  monitor::Cause cause;
};
struct FaultDetected {
  monitor::Fault fault;
  Duration after;  // from the last good moment to now
};
struct IncidentOpened {
  Incident incident;
};
struct IncidentClosed {
  Incident incident;
};
struct Decided {
  DecisionKind kind;
  std::string reason;
  Duration delay;    // until the next step
  unsigned attempt;  // of the budget; 0 where none was spent
};
struct Escalated {
  monitor::Verdict verdict;
  unsigned attempts;
};
struct EscalationResolved {};
// SIGKILL did not end the child (uninterruptible sleep): no new one is started until it is gone.
struct Unkillable {
  pid_t pid;
};

using Notice = std::variant<CameOnAir, WentOffAir, FaultDetected, IncidentOpened, IncidentClosed,
                            Decided, Escalated, EscalationResolved, Unkillable>;

// The answer to one event. Nearly always empty.
struct Step {
  std::vector<Action> actions;
  std::vector<Notice> notices;
};

}  // namespace recovery
