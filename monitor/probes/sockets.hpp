#pragma once

#include <memory>
#include <optional>
#include <string>

#include <sys/types.h>

#include "monitor/connection_sample.hpp"
#include "monitor/ffmpeg/stderr_log.hpp"
#include "monitor/probes/attention.hpp"

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
  // With the usual attention the process's descriptors are gone through only when one of the
  // sockets is gone, their number is another, or some readings later: then a change that left their
  // number the same is seen.
  std::optional<ConnectionSamples> read(Attention attention = Attention::close);

  // As last read, or where that is not known: it may wait for a pipe, or for datagrams.
  bool may_wait_for_pipe_or_datagrams() const;

  // One sentence, for one notice in the log; empty while it works.
  const std::string& trouble() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace monitor::probes
