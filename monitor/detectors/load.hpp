#pragma once

#include <optional>

#include "monitor/cause.hpp"
#include "monitor/detectors/hold_timer.hpp"
#include "monitor/limits.hpp"
#include "monitor/process_sample.hpp"
#include "monitor/time.hpp"

namespace monitor {

// Detects that FFmpeg uses more CPU than `percent` of what it may use (quota or CPUs), held for 30
// s: an encoder's start and a scene change are shorter.
class CpuDetector {
 public:
  explicit CpuDetector(double percent);
  void adjust(const Limits& limits) {
    if (limits.cpu_percent != percent_) *this = CpuDetector(limits.cpu_percent);
  }
  void on_sample(const ProcessSample& sample, Instant now);
  void rebase();                                  // starts the hold anew
  std::optional<Fault> check(Instant now) const;  // Fault{cpu_high}, a warning
  Instant deadline() const;

 private:
  double percent_;
  ProcessSample last_;
  HoldTimer above_;
};

// Detects that FFmpeg's resident set is above `mb` MiB, held for 10 s.
class MemoryDetector {
 public:
  explicit MemoryDetector(double mb);
  void adjust(const Limits& limits) {
    if (limits.memory_mb != mb_) *this = MemoryDetector(limits.memory_mb);
  }
  void on_sample(const ProcessSample& sample, Instant now);
  void rebase();                                  // starts the hold anew
  std::optional<Fault> check(Instant now) const;  // Fault{memory_high}, a warning
  Instant deadline() const;

 private:
  double mb_;
  ProcessSample last_;
  HoldTimer above_;
};

}  // namespace monitor
