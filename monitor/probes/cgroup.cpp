#include "monitor/probes/cgroup.hpp"

#include <array>

#include <unistd.h>

#include "monitor/probes/kernel_file.hpp"

namespace monitor::probes {
namespace {

constexpr std::size_t groups_bytes = 16384;  // of /proc/PID/cgroup; a path is at most 4096

bool exists(const std::string& path) {
  return ::access(path.c_str(), F_OK) == 0;
}

bool lists(std::string_view controllers, std::string_view controller) {
  while (!controllers.empty()) {
    if (next_part(controllers, ',') == controller) return true;
  }
  return false;
}

// Where a v1 hierarchy is mounted: after the controller, or after all that are mounted together;
// often one is a link to the other.
std::string mount_v1(const std::string& cgroup, std::string_view controllers,
                     std::string_view controller) {
  for (const std::string_view name : {controller, controllers, std::string_view("cpuacct,cpu")}) {
    const std::string mount = cgroup + "/" + std::string(name);
    if (lists(name, controller) && exists(mount)) return mount;
  }
  return {};
}

void add(std::vector<CgroupFolder>& folders, CgroupVersion version, const std::string& mount,
         std::string_view path) {
  if (mount.empty()) return;
  if (path.find("..") != std::string_view::npos) path = "/";
  for (std::size_t depth = 1; path.size() > 1 && depth < cgroup_depth_limit; ++depth) {
    folders.push_back({version, mount + std::string(path)});
    path = path.substr(0, path.rfind('/'));
  }
  folders.push_back({version, mount});
}

// One line of /proc/PID/cgroup: "4:cpu,cpuacct:/path", of v2 "0::/path".
void add_line(std::vector<CgroupFolder>& folders, std::string_view line,
              std::string_view controller, const std::string& cgroup) {
  const std::string_view id = next_part(line, ':');
  const std::string_view controllers = next_part(line, ':');
  if (lists(controllers, controller)) {
    add(folders, CgroupVersion::v1, mount_v1(cgroup, controllers, controller), line);
  }
  if (id != "0" || !controllers.empty()) return;
  const std::string unified = cgroup + "/unified";
  add(folders, CgroupVersion::v2, exists(unified) ? unified : cgroup, line);
}

}  // namespace

std::vector<CgroupFolder> cgroup_folders(pid_t pid, std::string_view controller,
                                         const std::string& proc, const std::string& cgroup) {
  std::string buffer(groups_bytes, '\0');
  const KernelFile file(proc + "/" + std::to_string(pid) + "/cgroup");
  std::string_view rest = file.read(buffer);
  std::vector<CgroupFolder> folders;
  while (!rest.empty()) add_line(folders, next_part(rest, '\n'), controller, cgroup);
  return folders;
}

}  // namespace monitor::probes
