#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <dirent.h>
#include <sys/types.h>

namespace monitor::probes {

// Does a thread of the process sleep in a read of a pipe or FIFO, or in the opening of one? Known
// from the kernel function it sleeps in (/proc/PID/task/TID/wchan), which needs no privilege for
// one's own child. A writer to a pipe (FFmpeg to its progress pipe) sleeps in another function. An
// FFmpeg whose source keeps pace sleeps there too, between two pieces: it is evidence only where
// the output does not advance. Holds the folder of the threads open, so that a pid used again is
// never read by mistake. Move-only.
class PipeWait {
 public:
  PipeWait(pid_t pid, const std::string& proc);
  bool read();  // false also where the kernel does not report it

  static constexpr std::size_t threads_limit = 64;

 private:
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };
  std::unique_ptr<DIR, Close> threads_;
};

}  // namespace monitor::probes
