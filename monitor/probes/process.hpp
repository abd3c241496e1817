#pragma once

#include <sys/types.h>

#include <optional>

#include "monitor/process_sample.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Reads the kernel's counters of one process through descriptors of /proc that stay open for its
// life: a pid that is used again can never be read by mistake, and a reading costs 1.4 µs.
// Owns its descriptors (O_CLOEXEC). Move-only.
class ProcessProbe {
 public:
  // Of a live child (or any process). A process that is gone gives a probe that reads nothing.
  explicit ProcessProbe(pid_t pid);
  ~ProcessProbe();
  ProcessProbe(ProcessProbe&&) noexcept;
  ProcessProbe& operator=(ProcessProbe&&) noexcept;

  // Empty once the process is gone. `cpu_percent` is since the reading before; 0 in the first.
  std::optional<ProcessSample> read(Instant now);

 private:
  int stat_fd_ = -1;
  int statm_fd_ = -1;
  std::optional<double> cpu_seconds_;
  Instant read_at_{};
  double cpus_allowed_ = 1;
  Instant allowance_read_at_{};
  pid_t pid_;
};

// How many CPUs a process may use: the least of its affinity mask and its cgroup's quota (v1
// cpu.cfs_quota_us, v2 cpu.max, the tightest on the way up). At least 0.01.
// `proc` and `cgroup` are the mount points, so a test can make its own tree.
double cpus_allowed(pid_t pid, const char* proc = "/proc", const char* cgroup = "/sys/fs/cgroup");

}  // namespace monitor::probes
