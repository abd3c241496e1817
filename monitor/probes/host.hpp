#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "monitor/host_sample.hpp"
#include "monitor/probes/executor.hpp"
#include "monitor/time.hpp"

namespace monitor::probes {

// What the process's control group (v1 or v2) and the machine say. Descriptors of the counters stay
// open for its life, so they outlive the process: the OOM killer is asked after it struck. Never
// blocks. Move-only.
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

// Room at each of the folders, in their order; one that cannot be asked (gone, or a network file
// system that hangs past `timeout`) is left out. Asked on a thread of its own: `done` comes once,
// from the executor, never from within the call.
void probe_space(const boost::asio::any_io_executor& executor, std::vector<std::string> folders,
                 Duration timeout, std::function<void(std::vector<SpaceSample>)> done);

}  // namespace monitor::probes
