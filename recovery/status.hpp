#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "monitor/cause.hpp"
#include "monitor/evidence.hpp"
#include "recovery/event.hpp"

namespace recovery {

// Order and names are the contract's (radio_stream_state).
enum class State : std::uint8_t {
  starting,  // the child lives, nothing has come out yet
  on_air,
  covered,               // outputs are held: something stands in for what the encoder does not give
  stopping,              // signalled, not gone yet
  cooling_down,          // the next launch has its time
  waiting_for_source,    // the next launch waits for its source, or FFmpeg itself does
  waiting_for_receiver,  // FFmpeg itself waits for a receiver of its output
  fallback,              // the fallback lives, while the primary waits for its time or its source
  stopped,               // no child, and none will be launched by itself
};
inline constexpr std::size_t state_count = 9;
std::string_view name(State state);

// The part of the status that StreamCore owns itself: the state, and the present or last child.
struct Lifecycle {
  State state = State::stopped;
  Generation generation = 0;
  Role role = Role::primary;  // of the present or last child
  std::optional<pid_t> pid;   // while a child lives
  bool failed = false;        // off air by a fault, not by request: radio_ffmpeg_status "crashed"
  bool ended = false;         // terminal state
  std::optional<Instant> launched_at;       // of the present or last child
  std::optional<monitor::Verdict> verdict;  // of the open off-air incident or the gravest warning
  std::optional<monitor::ExitStatus> last_exit;
  // When the command came to its own end and was begun anew, within `own_ends_kept`: the newest
  // last.
  std::vector<Instant> own_ends;
};

inline constexpr Duration own_ends_kept = std::chrono::minutes(10);

// What is true of a stream after a step. A value; copied into snapshots.
struct Status : Lifecycle {
  std::optional<Instant> on_air_since;    // while on air
  std::optional<Instant> next_launch_at;  // while it has its time
  unsigned attempts = 0;                  // spent since last healthy for a whole cooldown
  bool escalated = false;
  // By the latest witness: a probe, FFmpeg's advance, its log. Empty: none has reported.
  std::optional<bool> source_available;
  unsigned source_retries = 0;            // that found no source, since last healthy
  std::optional<Instant> fallback_since;  // while the fallback is on air
  std::optional<Instant> covered_since;   // while something stands in for what the encoder gives

  // Availability. Time on air counts up to the last advance seen, so the silence before a freeze
  // was noticed is off-air time; what was covered is neither. Settled up to `settled_at`; all only
  // grow. `covered_unsettled`: of the time since then, up to `covered_since` where that is set.
  Duration on_air_total{};
  Duration off_air_total{};
  Duration covered_total{};
  Duration covered_unsettled{};
  Instant settled_at{};
};

// The state of what the audience gets. `status.state` is that of the encoder.
State air_state(const Status& status);
// How much of the time since `settled_at` was covered.
Duration covered_since_settled(const Status& status, Instant now);

}  // namespace recovery
