#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace supervisor {

// Writes whole lines to a descriptor without ever waiting for its reader. Not thread-safe.
//
// O_NONBLOCK would be simpler, but it belongs to the open file, which is shared with whoever gave
// us our stderr (the user's shell). So it is asked first whether there is room: a pipe that has any
// takes PIPE_BUF bytes at once. (Where another program writes to the same full pipe at the same
// moment, one line may wait after all.)
class LogSink {
 public:
  explicit LogSink(int fd);

  // A line of at most PIPE_BUF bytes, `\n` included. False: there was no room, or nobody reads; the
  // line is dropped and counted.
  bool write(std::string_view line);

  // Whether a line could be written now.
  bool ready() const;

  std::uint64_t dropped() const { return dropped_; }
  void set_dropped(std::uint64_t count) { dropped_ = count; }

 private:
  bool write_rest();
  // The number of bytes taken, 0 for none.
  std::size_t write_some(std::string_view bytes) const;

  int fd_;
  bool socket_;
  std::string rest_;  // of a line that was taken in part
  std::uint64_t dropped_ = 0;
};

}  // namespace supervisor
