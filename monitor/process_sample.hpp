#pragma once

#include <cstdint>
#include <optional>

#include "monitor/time.hpp"

namespace monitor {

// One reading of the kernel's counters of the FFmpeg process. A value; probes/process makes it.
struct ProcessSample {
  char state = '?';         // as in /proc/PID/stat: R S D T t Z …
  double cpu_percent = 0;   // since the reading before; 100 = one CPU
  double cpus_allowed = 1;  // cgroup quota or affinity, whichever is less; > 0
  std::int64_t rss_bytes = 0;
  int threads = 0;
  Duration cpu_time{};  // total, of all threads; the kernel counts in ticks of 10 ms
  // Total of its writes to files and pipes; what it sends on sockets is not among them. Empty where
  // the machine forbids it.
  std::optional<std::uint64_t> written_bytes = {};
};

// Stopped by a signal or a debugger: it cannot act on SIGTERM.
constexpr bool is_stopped(const ProcessSample& sample) {
  return sample.state == 'T' || sample.state == 't';
}

}  // namespace monitor
