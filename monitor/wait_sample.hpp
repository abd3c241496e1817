#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace monitor {

// What FFmpeg's threads sleep in at one instant, as the kernel names it. A value;
// probes/thread_waits makes it. An FFmpeg whose source and sink keep pace sleeps there too, between
// two pieces: it is evidence only where the output does not advance.
struct WaitSample {
  // A thread that receives datagrams and does nothing else: udp:// has one, SRT has two.
  struct Receiver {
    int thread = 0;
    std::uint64_t wakeups = 0;  // total: the same again means that nothing has come

    bool operator==(const Receiver&) const = default;
  };

  bool is_known = false;  // the kernel has named the place of one thread at least
  // In a read of a pipe or FIFO, or in the opening of one for reading.
  bool reads_pipe = false;
  // In a write to a pipe or FIFO that is full: its descriptor. Never the pipe of FFmpeg's progress
  // or log. Empty also where the machine does not tell which.
  std::optional<int> writes_pipe;
  // In the opening of a FIFO for writing.
  bool awaits_reader = false;
  std::vector<Receiver> receivers;          // those that sleep until something comes
  std::optional<std::uint64_t> read_bytes;  // total of FFmpeg's own reads, from anything
};

}  // namespace monitor
