#pragma once

#include <cstdint>
#include <utility>

#include <unistd.h>

namespace supervisor {

// Owns one file descriptor; -1 is none.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int fd) : fd_(fd) {}
  Descriptor(Descriptor&& other) noexcept : fd_(other.release()) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~Descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }

  int get() const { return fd_; }
  int release() { return std::exchange(fd_, -1); }
  explicit operator bool() const { return fd_ >= 0; }

 private:
  int fd_ = -1;
};

struct Pipe {
  Descriptor read;
  Descriptor write;
};
enum class OwnEnd : std::uint8_t { read, write };
// Both ends close on exec and have numbers ≥ `lowest`. The own one does not block; the other one,
// which a child gets, does. False: see errno.
bool open_pipe(int lowest, Pipe& pipe, OwnEnd own = OwnEnd::read);

// A stdin with nothing in it: /dev/null, or a pipe without a writer where there is none. Closed on
// exec, number ≥ `lowest`. Empty: see errno.
Descriptor open_ended_input(int lowest);

}  // namespace supervisor
