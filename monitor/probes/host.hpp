#pragma once

#include <memory>

#include <sys/types.h>

#include "monitor/host_sample.hpp"

namespace monitor::probes {

// Reads the counters of the process's control group (v1 or v2) and of the machine. The group's
// files are found once and opened for each reading: they outlive the process, so that the OOM
// killer's count is read after a kill, and cost no descriptor in between. Never blocks. Move-only.
class HostProbe {
 public:
  // `proc` and `cgroup`: where they are mounted; other folders for tests.
  explicit HostProbe(pid_t pid, const char* proc = "/proc", const char* cgroup = "/sys/fs/cgroup");
  ~HostProbe();
  HostProbe(HostProbe&&) noexcept;
  HostProbe& operator=(HostProbe&&) noexcept;

  HostSample read();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace monitor::probes
