#pragma once

#include <optional>
#include <string>

#include "monitor/time.hpp"
#include "monitor/wait_sample.hpp"

namespace monitor {

// That an output's pipe or FIFO takes nothing, as the kernel shows it now.
struct PipeStall {
  Instant since{};
  bool has_reader = true;  // false: no process has opened the FIFO for reading
  std::string sentence;    // with its figures
};

// Sees that FFmpeg waits in a write to a pipe that is not read. A reader that keeps pace lets it
// wait, too, between two pieces: the wait counts from the last advance on, and explains a
// standstill; it is no fault by itself.
class PipeOutput {
 public:
  void on_waits(const WaitSample& sample, Instant now);
  // FFmpeg's output advanced.
  void on_advance() { since_.reset(); }
  // The process could not run until now: the time that passed counts for nothing.
  void rebase() { since_.reset(); }

  std::optional<PipeStall> at(Instant now) const;

 private:
  std::optional<Instant> since_;  // at each sample from then on
  WaitSample last_;
};

}  // namespace monitor
