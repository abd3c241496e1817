#pragma once

#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "monitor/connection_sample.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor::probes {

// The kernel's view of a process's own network connections: the sockets among /proc/PID/fd, looked
// up by sock_diag(7) netlink with TCP_INFO. Needs no privilege beyond owning the process. IPv4 and
// IPv6, whatever runs inside (RTMPS, HTTPS). Never blocks: the kernel answers at once. Owns its
// descriptors (O_CLOEXEC). One per launch. Move-only.
class SocketsProbe {
 public:
  // `endpoints`: what the command reads and writes, to distinguish inputs from outputs.
  SocketsProbe(pid_t pid, const Endpoints& endpoints);
  ~SocketsProbe();
  SocketsProbe(SocketsProbe&&) noexcept;
  SocketsProbe& operator=(SocketsProbe&&) noexcept;

  // Empty where the machine forbids it; `trouble()` then gives the reason. An empty list: it has
  // none.
  std::optional<ConnectionSamples> read();

  // One sentence, for one notice in the log; empty while it works.
  const std::string& trouble() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace monitor::probes
