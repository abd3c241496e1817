#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "monitor/cause.hpp"
#include "monitor/process_sample.hpp"
#include "monitor/progress.hpp"
#include "monitor/stderr_log.hpp"
#include "monitor/time.hpp"

namespace monitor {

// How a process ended.
struct ExitStatus {
  std::optional<int> code;    // exactly one of the two is set
  std::optional<int> signal;

  bool operator==(const ExitStatus&) const = default;
};
std::string describe(const ExitStatus& status);  // "exit code 1", "signal 9 (SIGKILL)"

// A telling stderr line of this life.
struct SignSeen {
  Sign sign;
  std::string text;  // secrets already masked
  Instant at;
};

// What all witnesses last said of one life (generation) of FFmpeg.
struct Evidence {
  Instant launched_at{};
  std::optional<Instant> first_advance;
  Instant last_advance{};  // launched_at while there was none
  std::optional<Instant> last_block;
  std::optional<Progress> progress;
  std::optional<ProcessSample> sample;
  std::vector<SignSeen> signs;  // oldest first, at most `signs_limit`: the first ones stay
  std::optional<ExitStatus> exit;
  int spawn_error = 0;  // errno of a launch that failed

  static constexpr std::size_t signs_limit = 16;
};

}  // namespace monitor
