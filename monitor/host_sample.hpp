#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "monitor/time.hpp"

namespace monitor {

// Readings of the machine and FFmpeg's control group. A value; probes/host makes it. Empty: not
// available here.
struct HostSample {
  std::optional<Duration> throttled;  // total: the CPU quota of the group kept it from running
  std::optional<std::uint64_t>
      oom_kills;  // total of the group; of the machine where the group has none
  std::optional<std::uint64_t> memory_limit_bytes;  // the tightest of the group and those above it
  std::optional<std::uint64_t> memory_used_bytes;   // … of that group, all its processes
  std::optional<double> load1;                      // the machine's load average of a minute
};

// Room where an output is written.
struct SpaceSample {
  std::string path;              // of the file system's folder; secrets masked
  std::uint64_t free_bytes = 0;  // for the user FFmpeg runs as
  std::uint64_t total_bytes = 0;
  std::optional<std::uint64_t> free_inodes;  // empty: the file system has no such limit
};

}  // namespace monitor
