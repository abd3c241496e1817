#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include <dirent.h>
#include <sys/types.h>

#include "monitor/probes/kernel_file.hpp"
#include "monitor/wait_sample.hpp"

namespace monitor::probes {

// What the threads of a process sleep in: the kernel function (/proc/PID/task/TID/wchan), which
// needs no privilege for one's own child. Holds the folder of the threads open, so that a pid used
// again is never read by mistake. Move-only.
class ThreadWaits {
 public:
  explicit ThreadWaits(pid_t pid, const std::string& proc = "/proc");
  // Empty once the process is gone.
  std::optional<WaitSample> read();

  static constexpr std::size_t threads_limit = 64;

 private:
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };

  std::unique_ptr<DIR, Close> threads_;
  KernelFile io_;
};

}  // namespace monitor::probes
