#include "monitor/probes/cpu_allowance.hpp"

#include <algorithm>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "monitor/probes/cgroup.hpp"
#include "monitor/probes/kernel_file.hpp"

namespace monitor::probes {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();
constexpr double least = 0.01;  // CPUs; the kernel's smallest quota is 1 ms in 1 s

// The first 16 KiB: /proc/PID/status is 1.5 KB, and longer only by the masks of a very large
// machine.
std::string contents(const std::string& path) {
  std::string text(16384, '\0');
  text.resize(KernelFile(path).read(text).size());
  return text;
}

// "0-3,8" is 5.
double count_of_list(std::string_view list) {
  std::int64_t count = 0;
  while (!list.empty()) {
    std::string_view range = next_part(list, ',');
    const auto first = leading_integer(next_part(range, '-'));
    const auto last = range.empty() ? first : leading_integer(range);
    if (first && last && *last >= *first) count += *last - *first + 1;
  }
  return count > 0 ? static_cast<double>(count) : unlimited;
}

double affinity(const std::string& proc) {
  const std::string status = contents(proc + "/status");
  constexpr std::string_view key = "\nCpus_allowed_list:";
  const std::size_t at = status.find(key);
  if (at == std::string::npos) return unlimited;
  std::string_view rest = std::string_view(status).substr(at + key.size());
  return count_of_list(next_part(rest, '\n'));
}

// Both versions write "no limit" as something that is no positive number: -1, "max".
double ratio(std::optional<std::int64_t> quota, std::optional<std::int64_t> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return unlimited;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

double quota_v1(const std::string& group) {
  return ratio(leading_integer(contents(group + "/cpu.cfs_quota_us")),
               leading_integer(contents(group + "/cpu.cfs_period_us")));
}

double quota_v2(const std::string& group) {
  const std::string text = contents(group + "/cpu.max");
  std::string_view rest = text;
  const auto quota = leading_integer(next_part(rest, ' '));
  return ratio(quota, leading_integer(rest));
}

// The tightest quota from the group up to the mount point.
double quota(pid_t pid, const char* proc, const char* cgroup) {
  double result = unlimited;
  for (const CgroupFolder& folder : cgroup_folders(pid, "cpu", proc, cgroup)) {
    const bool is_v1 = folder.version == CgroupVersion::v1;
    result = std::min(result, is_v1 ? quota_v1(folder.path) : quota_v2(folder.path));
  }
  return result;
}

}  // namespace

double cpus_allowed(pid_t pid, const char* proc, const char* cgroup) {
  const std::string process = std::string(proc) + "/" + std::to_string(pid);
  const double cpus = std::min(affinity(process), quota(pid, proc, cgroup));
  return cpus == unlimited ? 1 : std::max(least, cpus);
}

}  // namespace monitor::probes
