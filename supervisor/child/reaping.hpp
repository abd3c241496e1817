#pragma once

#include <sys/types.h>

#include "monitor/evidence.hpp"

// How children of this process are waited for. None of these waits for longer than `reap_limit_ms`.
namespace supervisor {

inline constexpr int reap_limit_ms = 2000;  // for a killed process to go; longer is a hung disk

// It is a zombie, or no child of ours any more. Leaves it as it is.
bool has_ended(pid_t pid);

// How it ended, and the end of its zombie. SIGKILL where another reaper took the true status: never
// a success.
monitor::ExitStatus reap(pid_t pid);

// Kills it. One that does not end in time (it hangs in a system call) is an orphan, for Init to
// reap.
void kill_and_reap(pid_t pid);

}  // namespace supervisor
