#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include <sys/types.h>

#include "monitor/probes/attention.hpp"
#include "monitor/probes/open_folder.hpp"
#include "monitor/wait_sample.hpp"

namespace monitor::probes {

// What the threads of a process sleep in: the kernel function (/proc/PID/task/TID/wchan), which
// needs no privilege for one's own child, and where that is not enough the system call and its
// descriptor (…/syscall), which some machines forbid: then nothing is claimed. Opens no pipe. Holds
// the folder of the threads open, so that a pid used again is never read by mistake. Move-only.
class ThreadWaits {
 public:
  // `progress_pipe`: as of pipe_number(); a write to it is no output's. `may_read_srt`: an input is
  // SRT's, or which they are is not known; else SRT's threads are an output's, and receive no
  // media.
  ThreadWaits(pid_t pid, std::uint64_t progress_pipe, bool may_read_srt,
              const std::string& proc = "/proc");
  // Empty once the process is gone. It takes three calls for each thread and FFmpeg has many: with
  // the usual attention what was seen last stands where no thread waited for what is told here. The
  // bytes that it has read are another probe's.
  std::optional<WaitSample> read(Attention attention = Attention::close);

  static constexpr std::size_t threads_limit = 64;

 private:
  std::optional<WaitSample> look();
  void read_thread(const char* thread, WaitSample& sample) const;
  void read_pipe_call(const char* thread, WaitSample& sample) const;
  void add_receiver(const char* thread, WaitSample& sample) const;
  bool is_output_pipe(int descriptor) const;
  bool is_of_srt(const char* thread) const;

  OpenFolder threads_;
  std::uint64_t progress_pipe_;
  bool may_read_srt_;
  bool receives_ = false;  // datagrams, as last seen
  std::optional<WaitSample> last_;
};

}  // namespace monitor::probes
