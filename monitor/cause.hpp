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

// The causes and their components, with the contract's order and names (incidents). A further one
// is a line here.
// clang-format off
#define FFSUPERVISOR_CAUSES(cause) \
  cause(source_unreachable, source) \
  cause(source_missing, source) \
  cause(source_refused, source) \
  cause(source_stalled, source) \
  cause(source_ended, source) \
  cause(source_corrupt, source) \
  cause(source_silent, source) \
  cause(source_frozen_picture, source) \
  cause(source_black, source) \
  cause(encoder_crashed, encoder) \
  cause(encoder_failed, encoder) \
  cause(encoder_frozen, encoder) \
  cause(encoder_slow, encoder) \
  cause(bitrate_drop, encoder) \
  cause(cpu_high, encoder) \
  cause(memory_high, encoder) \
  cause(sink_unreachable, sink) \
  cause(sink_rejected, sink) \
  cause(sink_lost, sink) \
  cause(sink_stalled, sink) \
  cause(host_out_of_memory, host) \
  cause(host_cpu_throttled, host) \
  cause(host_disk_full, host) \
  cause(host_spawn_failed, host) \
  cause(command_invalid, config) \
  cause(stop_requested, operator_) \
  cause(restart_requested, operator_) \
  cause(track_change, operator_)
// clang-format on

enum class Cause : std::uint8_t {
#define FFSUPERVISOR_CAUSE(cause, component) cause,
  FFSUPERVISOR_CAUSES(FFSUPERVISOR_CAUSE)
#undef FFSUPERVISOR_CAUSE
};
inline constexpr std::size_t cause_count = 0
#define FFSUPERVISOR_CAUSE(cause, component) +1
    FFSUPERVISOR_CAUSES(FFSUPERVISOR_CAUSE)
#undef FFSUPERVISOR_CAUSE
    ;

std::string_view name(Component component);
std::string_view name(Cause cause);
Component component_of(Cause cause);
// The source is there and carries nothing: silence, black, a picture that stands still.
bool is_dead_air(Cause cause);

// How strong evidence is.
enum class Strength : std::uint8_t {
  possible,  // it fits, and so do other explanations
  likely,    // a witness that can err says so, or nothing contradicts it
  proven     // a witness that cannot err says so: the kernel, FFmpeg's own words, a definite answer
};
std::string_view name(Strength strength);

// A detector's finding. It stands for as long as the condition holds. A detector whose witness
// cannot err says so: what is not said to be proven ends no FFmpeg whose output advances.
struct Fault {
  Cause cause;
  bool off_air;                       // true: the stream is off air; false: a warning
  std::string sentence;               // with figures that can be checked
  std::optional<Instant> since = {};  // when it began, where that is not the last advance
  Strength strength = Strength::likely;
  std::string output = {};  // of a sink's: the one that it is about, where that is known
};

// How sure a verdict is. low: no witness names another cause; medium: one does; high: two do,
// or one that cannot err (an exit code, the server's own words).
enum class Confidence : std::uint8_t { low, medium, high };
std::string_view name(Confidence confidence);

// The cause of a fault, and its evidence.
struct Verdict {
  Cause cause;
  std::vector<std::string> evidence;  // sentences, at most `evidence_limit`
  Confidence confidence = Confidence::medium;
  std::string output = {};  // of a sink's: which one, where that is known
  bool is_local = false;    // of a source's: a file or device of this machine is what is missing
};
inline constexpr std::size_t evidence_limit = 8;

}  // namespace monitor
