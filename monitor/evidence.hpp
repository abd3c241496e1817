#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/detectors/arrival.hpp"
#include "monitor/detectors/delivery.hpp"
#include "monitor/detectors/pipe_output.hpp"
#include "monitor/ffmpeg/progress.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/host_sample.hpp"
#include "monitor/process_sample.hpp"
#include "monitor/sink_report.hpp"
#include "monitor/time.hpp"

namespace monitor {

// How a process ended.
struct ExitStatus {
  std::optional<int> code;  // exactly one of the two is set
  std::optional<int> signal;

  bool operator==(const ExitStatus&) const = default;
};
std::string describe(const ExitStatus& status);  // "exit code 1", "signal 9 (SIGKILL)"

// A stderr line of this life that is a sign.
struct SignSeen {
  Sign sign;
  std::string text;  // secrets already masked
  Instant at;
};

// What all witnesses last reported of one life (generation) of FFmpeg.
struct Evidence {
  Instant launched_at{};
  std::optional<Instant> first_advance;
  Instant last_advance{};  // launched_at while there was none
  std::optional<Instant> last_block;
  std::optional<Progress> progress;
  std::optional<ProcessSample> sample;
  std::vector<SignSeen> signs;  // oldest first, at most `signs_limit`; kept by `remember`
  std::optional<ExitStatus> exit;
  int spawn_error = 0;               // errno of a launch that failed
  std::string spawned_program = {};  // … of this program

  // The kernel's view of FFmpeg's connections; empty where it is not available.
  std::optional<Delivery> delivery;
  std::optional<Arrival> arrival;
  std::optional<PipeStall> output_pipe;  // … of what it waits for; empty: it is taken, or not known
  bool has_input_backlog = false;        // it has delivered more than FFmpeg has read
  std::optional<SinkReport> sink_report;  // of the receiving server's own statistics
  std::optional<bool> sink_is_receiving;  // … by their growth
  std::optional<HostSample> host;
  std::optional<std::uint64_t> oom_kills_before;  // some moments before the last count
  bool waited_for_pipe = false;                   // at any time of this life
  std::optional<Instant> corrupt_at;              // FFmpeg last kept reporting damaged input
  // Of the source, since the last advance: all of it was read, and nothing came of it.
  std::optional<std::uint64_t> read_in_vain_bytes;
  bool waits_for_source = false;  // FFmpeg, most of the last seconds
  // Of the last seconds, if that is most of what the output is behind; else zero.
  Duration stood_for_source{};
  double throttled_share = 0;        // of the last seconds, by the control group's CPU quota
  std::vector<std::string> outputs;  // names of the command's, by number
  std::string troubled_output;       // whose connection `delivery` is about

  static constexpr std::size_t signs_limit = 16;
};

// A stream that has advanced for this long after a sign has recovered from it.
inline constexpr Duration sign_lasts = std::chrono::seconds(30);
bool is_stale(const SignSeen& seen, const Evidence& evidence);

// The sink reported that the stream's name is still taken.
bool name_is_in_use(const Evidence& evidence);

// Adds a sign: drops the stale ones first, and of too many the weakest, the oldest of those. A line
// that repeats a sign only renews it.
void remember(Evidence& evidence, SignSeen seen);

}  // namespace monitor
