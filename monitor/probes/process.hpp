#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include <sys/types.h>

#include "monitor/process_sample.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Reads the kernel's counters of one process through its folder of /proc, which stays open for its
// life: a pid that is used again can never be read by mistake, and a stream needs one descriptor
// for it. Owns the descriptor (O_CLOEXEC). Move-only.
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
  template <std::size_t size>
  std::string_view read_file(const char* name, std::array<char, size>& buffer) const;
  double cpu_percent_since(double cpu_seconds, Instant now);
  double allowance(Instant now);

  pid_t pid_;
  int folder_ = -1;                    // /proc/PID
  std::optional<double> cpu_seconds_;  // at read_at_
  Instant read_at_{};
  std::optional<double> cpus_allowed_;  // at allowance_read_at_
  Instant allowance_read_at_{};
};

}  // namespace monitor::probes
