#pragma once

#include <cstdint>
#include <optional>

#include <sys/types.h>

#include "monitor/probes/kernel_file.hpp"
#include "monitor/process_sample.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Reads the kernel's counters of one process. Its two files stay open for its life: a pid that is
// used again can never be read by mistake, and a reading is one call for each. Move-only.
class ProcessProbe {
 public:
  // Of a live child (or any process). The probe of a process that is gone reads nothing.
  explicit ProcessProbe(pid_t pid);

  // Empty once the process is gone. `cpu_percent` is since the reading before; 0 in the first.
  std::optional<ProcessSample> read(Instant now);
  // Total of its own reads, from anything but sockets, as of the last reading.
  std::optional<std::uint64_t> read_bytes() const { return read_bytes_; }

 private:
  double cpu_percent_since(double cpu_seconds, Instant now);
  double allowance(Instant now);

  pid_t pid_;
  KernelFile stat_;
  KernelFile io_;
  std::optional<std::uint64_t> read_bytes_;
  std::optional<double> cpu_seconds_;  // at read_at_
  Instant read_at_{};
  std::optional<double> cpus_allowed_;  // at allowance_read_at_
  Instant allowance_read_at_{};
};

}  // namespace monitor::probes
