#pragma once

#include <cstdint>
#include <optional>

namespace monitor {

// What FFmpeg's threads sleep in at one instant, as the kernel names it. A value;
// probes/thread_waits makes it. An FFmpeg whose source keeps pace sleeps there too, between two
// pieces: it is evidence only where the output does not advance.
struct WaitSample {
  // In a read of a pipe or FIFO, or in the opening of one for reading.
  bool reads_pipe = false;
  std::optional<std::uint64_t> read_bytes;  // total of FFmpeg's own reads, from anything
};

}  // namespace monitor
