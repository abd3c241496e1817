#pragma once

#include <memory>

#include <sys/types.h>

#include "monitor/host_sample.hpp"
#include "monitor/probes/attention.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// Reads the counters of the process's control group (v1 or v2) and of the machine. The files are
// those of many processes: each is open once, whoever reads it, and outlives the process, so that
// the OOM killer's count is read after a kill. Never blocks. Move-only, for one thread.
class HostProbe {
 public:
  // `proc` and `cgroup`: where they are mounted; other folders for tests.
  explicit HostProbe(pid_t pid, const char* proc = "/proc", const char* cgroup = "/sys/fs/cgroup");
  ~HostProbe();
  HostProbe(HostProbe&&) noexcept;
  HostProbe& operator=(HostProbe&&) noexcept;

  // With the usual attention, what was read for another process some moments ago serves as well.
  HostSample read(Instant now, Attention attention = Attention::close);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace monitor::probes
