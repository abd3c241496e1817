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

// What the driver must do, in this order, before the next event.

// Start the child; answer with Launched or LaunchFailed.
struct Launch {
  Generation generation;
  Role role = Role::primary;
};
// To the whole process group of this generation.
struct Signal {
  Generation generation;
  int number;  // SIGTERM or SIGKILL
};
// Probe the source or the sink; answer within seconds with SourceProbed or SinkProbed. A probe that
// is under way with an older number need not be answered.
struct ProbeSource {
  std::uint64_t number;
};
struct ProbeSink {
  std::uint64_t number;
  std::string output = {};  // this one alone, by name; empty: all
};
// Terminal state: no child exists or will be started.
struct End {
  int exit_code;  // what the supervisor should exit with if this stream is its only one
};

using Action = std::variant<Launch, Signal, ProbeSource, ProbeSink, End>;

// Information for observers (log, metrics, history, live events). Nothing here asks for an action.

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
// An action was added to the open incident, or its cause is known better: all of it up to now.
struct IncidentChanged {
  std::uint64_t number;
  std::vector<std::string> actions;
  monitor::Cause cause;
  std::vector<std::string> evidence;
};
struct Decided {
  DecisionKind kind;
  std::string reason;
  Duration delay;    // until the next step
  unsigned attempt;  // of the budget; 0 where none was spent
  // For the words: how many attempts there are before it escalates; how often the source that is
  // waited for is looked at (empty: it cannot be); FFmpeg lives and waits.
  unsigned attempts_max = 0;
  std::optional<Duration> looks_every = {};
  bool in_place = false;
};
struct Escalated {
  monitor::Verdict verdict;
  std::string reason;
  unsigned attempts;  // restarts that did not help
};
struct EscalationResolved {};
// A person is to be told of an outage: recovery has escalated, or it has lasted for `alert_after`,
// whichever comes first. Once, until it is over: healthy for a whole cooldown, or stopped as asked.
struct Alerted {
  monitor::Verdict verdict;
  std::string reason;
  std::vector<std::string> actions = {};  // of the open off-air incident, oldest first
};
struct AlertResolved {
  bool on_air = false;  // false: it is stopped as asked, or removed
  // Since the stream was last healthy, in all; empty where an earlier life alerted.
  std::optional<Duration> off_air_for = {};
};
// The first finding, or one that differs from the one before.
struct SourceChanged {
  bool available;
  std::string sentence;
};
// The fallback is on air in the primary's place.
struct FallbackOnAir {
  Duration off_air_for;  // from the last good moment
};
struct FallbackFailed {
  std::string sentence;
};
// The outputs carry what stands in for the encoder; it has come to an end.
struct CoverBegan {
  std::string what;
  bool by_slate = false;
};
struct CoverEnded {
  Duration lasted;
};
// SIGKILL did not end the child (uninterruptible sleep): no new one is started until it is gone.
struct Unkillable {
  pid_t pid;
};

// The output goes over to another track: with its next advance, or by a restart.
struct TrackSwitchBegun {
  bool by_restart;
};
// FFmpeg is launched again without a fault, stopped before or at its own end: no incident, no
// attempt.
struct RestartedOnPurpose {
  monitor::Cause cause;  // track_change, or restart_requested: by `planned_restart` or
                         // by the command itself
};

using Notice = std::variant<CameOnAir, WentOffAir, FaultDetected, IncidentOpened, IncidentClosed,
                            Decided, Escalated, EscalationResolved, SourceChanged, FallbackOnAir,
                            FallbackFailed, Unkillable, TrackSwitchBegun, RestartedOnPurpose,
                            IncidentChanged, CoverBegan, CoverEnded, Alerted, AlertResolved>;

// The answer to one event. Nearly always empty.
struct Step {
  std::vector<Action> actions;
  std::vector<Notice> notices;
};

}  // namespace recovery
