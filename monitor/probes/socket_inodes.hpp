#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <dirent.h>
#include <sys/types.h>

#include "monitor/probes/sock_diag.hpp"

namespace monitor::probes {

struct SocketDescriptor {
  std::uint32_t inode = 0;  // of the socket: its number for life
  int descriptor = -1;      // in the process
};

// The sockets among a process's descriptors. Keeps /proc/PID/fd open: a pid that is used again can
// never be read by mistake.
class SocketInodes {
 public:
  static constexpr int looked_at_limit = 1024;  // descriptors

  explicit SocketInodes(pid_t pid);

  // By inode, each once; none once the process is gone. An errno where they may not be seen, else
  // 0.
  int read(std::vector<SocketDescriptor>& sockets);

  // The tables that may hold the socket; none: it is neither TCP nor UDP.
  std::vector<DiagTable> tables_of(int descriptor) const;

  // It is in another network namespace than this process: its sockets are in other tables.
  bool elsewhere() const;

 private:
  struct Close {
    void operator()(DIR* folder) const { ::closedir(folder); }
  };

  int open();
  std::optional<std::uint32_t> inode_of(const char* descriptor) const;

  pid_t pid_;
  bool gone_ = false;
  std::unique_ptr<DIR, Close> folder_;
};

}  // namespace monitor::probes
