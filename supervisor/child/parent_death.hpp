#pragma once

#include <sys/types.h>

namespace supervisor {

// Whether the parent-death signal that a child set itself before its exec still stands. The kernel
// takes it away where the child has become another user or group, or has got capabilities that this
// program does not have: by `setpriv --reuid`, gosu, a set-user-ID program or one with file
// capabilities (prctl(2), PR_SET_PDEATHSIG). False also where that cannot be read.
bool keeps_parent_death_signal(pid_t child);

}  // namespace supervisor
