#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "monitor/time.hpp"

namespace monitor {

enum class Component : std::uint8_t { source, encoder, sink, host, config, operator_ };

// Order and names are the contract's (incidents). `name()` gives the promised spelling.
enum class Cause : std::uint8_t {
  source_unreachable,
  source_missing,
  source_refused,
  source_stalled,
  source_ended,
  source_corrupt,
  source_silent,
  source_frozen_picture,
  source_black,
  encoder_crashed,
  encoder_failed,
  encoder_frozen,
  encoder_slow,
  bitrate_drop,
  cpu_high,
  memory_high,
  sink_unreachable,
  sink_rejected,
  sink_lost,
  sink_stalled,
  host_out_of_memory,
  host_cpu_throttled,
  host_disk_full,
  host_spawn_failed,
  command_invalid,
  stop_requested,
  restart_requested,
  track_change,
};
inline constexpr std::size_t cause_count = static_cast<std::size_t>(Cause::track_change) + 1;

std::string_view name(Component component);
std::string_view name(Cause cause);
Component component_of(Cause cause);
// The source is there and carries nothing: silence, black, a picture that stands still.
bool is_dead_air(Cause cause);

// A detector's finding. It stands for as long as the condition holds.
struct Fault {
  Cause cause;
  bool off_air;                       // true: the stream is off air; false: a warning
  std::string sentence;               // with the figures a person can check
  std::optional<Instant> since = {};  // when it began, where that is not the last advance
};

// How sure a verdict is. low: nothing accuses anybody else; medium: one witness does; high: two do,
// or one that cannot err (an exit code, the server's own words).
enum class Confidence : std::uint8_t { low, medium, high };
std::string_view name(Confidence confidence);

// Whose fault it is, and what says so.
struct Verdict {
  Cause cause;
  std::vector<std::string> evidence;  // sentences, at most `evidence_limit`
  Confidence confidence = Confidence::medium;
};
inline constexpr std::size_t evidence_limit = 8;

}  // namespace monitor
