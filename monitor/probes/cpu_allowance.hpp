#pragma once

#include <sys/types.h>

namespace monitor::probes {

// How many CPUs a process may use: the least of its affinity mask and its cgroup's quota (v1
// cpu.cfs_quota_us, v2 cpu.max, the tightest on the way up). At least 0.01.
// `proc` and `cgroup` are the mount points, so a test can make its own tree.
double cpus_allowed(pid_t pid, const char* proc = "/proc", const char* cgroup = "/sys/fs/cgroup");

}  // namespace monitor::probes
