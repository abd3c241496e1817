#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <sys/types.h>

namespace monitor::probes {

enum class CgroupVersion : std::uint8_t { v1, v2 };

struct CgroupFolder {
  CgroupVersion version;
  std::string path;  // need not exist

  bool operator==(const CgroupFolder&) const = default;
};

// Folders of one mount point that are named: the group, those above it and the mount point.
inline constexpr std::size_t cgroup_depth_limit = 16;

// Where the files of a controller (`cpu`, `memory`) may stand for a process: its group first, then
// each group above it, the mount point last. A container sees its own group at the mount point,
// while the path may lead to where nothing is mounted, or begin with "/..": the mount point it is
// then. Of a hybrid machine both versions are named; only one of them has the files.
// `proc` and `cgroup` are the mount points, so a test can make its own tree.
std::vector<CgroupFolder> cgroup_folders(pid_t pid, std::string_view controller,
                                         const std::string& proc, const std::string& cgroup);

}  // namespace monitor::probes
