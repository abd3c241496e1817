#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include <sys/types.h>

#include "monitor/probes/open_folder.hpp"
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

  // How many descriptors the process has, in one call; empty where the kernel (before 6.2) does not
  // tell.
  std::optional<std::uint64_t> count() const;

  // As last read: among them is a pipe or FIFO that the process may read from.
  bool reads_pipe() const { return reads_pipe_; }

  // The tables that may hold the socket; none: it is neither TCP nor UDP.
  std::vector<DiagTable> tables_of(int descriptor) const;

  // It is in another network namespace than this process: its sockets are in other tables.
  bool elsewhere() const;

 private:
  int open();
  int read_descriptor(const char* name, std::vector<SocketDescriptor>& sockets);
  std::string_view target_of(const char* descriptor, std::span<char> buffer) const;
  bool is_read_pipe(const char* descriptor, std::string_view target) const;

  pid_t pid_;
  bool gone_ = false;
  bool reads_pipe_ = false;
  OpenFolder folder_;
};

}  // namespace monitor::probes
