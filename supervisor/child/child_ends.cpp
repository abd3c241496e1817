#include "supervisor/child/child_ends.hpp"

#include <algorithm>
#include <array>

#include <fcntl.h>

namespace supervisor {
namespace {

// A late loop must not slow FFmpeg; the kernel's cap.
constexpr int stderr_pipe_bytes = 1024 * 1024;

// Boost 1.81's launcher opens a pidfd and then three more, and loses the pidfd if these fail.
bool has_room(const Descriptor& any) {
  std::array<Descriptor, 4> trial;
  for (auto& one : trial) one = Descriptor(::fcntl(any.get(), F_DUPFD_CLOEXEC, 0));
  return static_cast<bool>(trial.back());
}

Descriptor open_input(const ChildSpec& spec, int lowest) {
  if (spec.stdin_fd < 0) return open_ended_input(lowest);
  return Descriptor(::fcntl(spec.stdin_fd, F_DUPFD_CLOEXEC, lowest));
}

}  // namespace

bool open_ends(const ChildSpec& spec, ChildEnds& ends) {
  const int above_targets = std::max(2, spec.capture_progress ? spec.progress_fd : 0) + 1;
  ends.input = open_input(spec, above_targets);
  if (!ends.input || !open_pipe(above_targets, ends.errors)) return false;
  if (!open_pipe(above_targets, ends.exec_status)) return false;
  // Refused where the user's share of pipe memory is spent: then it keeps its usual size.
  ::fcntl(ends.errors.read.get(), F_SETPIPE_SZ, stderr_pipe_bytes);
  if (!spec.capture_progress) return has_room(ends.input);
  ends.placeholder = Descriptor(::fcntl(ends.input.get(), F_DUPFD_CLOEXEC, spec.progress_fd));
  return ends.placeholder && open_pipe(above_targets, ends.progress) && has_room(ends.input);
}

}  // namespace supervisor
