#pragma once

#include <cstdint>

#include <sys/types.h>

namespace supervisor {

// What must not outlive this program.
struct Guarded {
  pid_t group = 0;  // a process group of this program's own children
  std::uint64_t progress =
      0;                     // the number of its progress pipe: whichever FFmpeg holds it; 0: none
  std::uint64_t errors = 0;  // … of the pipe of its stderr
};

// A small process that kills what is guarded once this program is gone, however it ended. The
// parent-death signal reaches a launched child only, not an FFmpeg that the child has started
// (timeout, a script). It is started with the first group and sleeps; it is this program's own
// executable in another role, holds one end of a socket and nothing else, and is deaf to SIGTERM
// and its like. As PID 1 none is needed: the kernel kills the whole namespace. One that was killed
// is replaced with the next group. Nothing happens before enable_guard(), which main calls. For the
// supervising loop; not thread-safe.
void enable_guard();
void guard(const Guarded& what);
// What has ended.
void unguard(pid_t group);
// Nothing will be guarded any more. Where nothing is, the guard ends beside what this program still
// has to do; it is not waited for.
void release_guard();
// The guard ends, and is waited for; nothing is guarded any more.
void end_guard();

// The program is executed in that role, by its argv[0]: then main is run_guard.
bool is_guard_name(const char* name);
int run_guard();

}  // namespace supervisor
