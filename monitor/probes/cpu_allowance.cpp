#include "monitor/probes/cpu_allowance.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include <fcntl.h>
#include <unistd.h>

namespace monitor::probes {
namespace {

constexpr double unlimited = std::numeric_limits<double>::infinity();
constexpr double least = 0.01;  // CPUs; the kernel's smallest quota is 1 ms in 1 s

// The first 16 KiB: /proc/PID/status is 1.5 KB, and longer only by the masks of a very large
// machine.
std::optional<std::string> contents(const std::string& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return std::nullopt;
  std::string text(16384, '\0');
  std::size_t filled = 0;
  while (filled < text.size()) {
    const ssize_t got = ::read(fd, text.data() + filled, text.size() - filled);
    if (got <= 0) break;
    filled += static_cast<std::size_t>(got);
  }
  ::close(fd);
  text.resize(filled);
  return text;
}

// The part up to `separator`; takes it and the separator off `text`.
std::string_view next(std::string_view& text, char separator) {
  const std::size_t end = std::min(text.find(separator), text.size());
  const std::string_view part = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return part;
}

std::optional<long long> integer(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(" \t"), text.size()));
  long long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} ? std::optional(value) : std::nullopt;
}

// "0-3,8" is 5.
double count_of_list(std::string_view list) {
  long long count = 0;
  while (!list.empty()) {
    std::string_view range = next(list, ',');
    const auto first = integer(next(range, '-'));
    const auto last = range.empty() ? first : integer(range);
    if (first && last && *last >= *first) count += *last - *first + 1;
  }
  return count > 0 ? static_cast<double>(count) : unlimited;
}

double affinity(const std::string& proc) {
  const auto status = contents(proc + "/status");
  if (!status) return unlimited;
  constexpr std::string_view key = "\nCpus_allowed_list:";
  const std::size_t at = status->find(key);
  if (at == std::string::npos) return unlimited;
  std::string_view rest = std::string_view(*status).substr(at + key.size());
  return count_of_list(next(rest, '\n'));
}

// Both versions write "no limit" as something that is no positive number: -1, "max".
double ratio(std::optional<long long> quota, std::optional<long long> period) {
  if (!quota || !period || *quota <= 0 || *period <= 0) return unlimited;
  return static_cast<double>(*quota) / static_cast<double>(*period);
}

double quota_v1(const std::string& group) {
  const auto quota = contents(group + "/cpu.cfs_quota_us");
  const auto period = contents(group + "/cpu.cfs_period_us");
  return quota && period ? ratio(integer(*quota), integer(*period)) : unlimited;
}

double quota_v2(const std::string& group) {
  const auto text = contents(group + "/cpu.max");
  if (!text) return unlimited;
  std::string_view rest = *text;
  const auto quota = integer(next(rest, ' '));
  return ratio(quota, integer(rest));
}

// The tightest quota from the group up to the mount point. A container sees its own group at the
// mount point, while the path may lead to where nothing is mounted, or begin with "/..": both end
// there.
template <class Quota>
double tightest(const std::string& mount, std::string_view path, Quota quota) {
  double result = quota(mount);
  while (path.size() > 1) {
    result = std::min(result, quota(mount + std::string(path)));
    path = path.substr(0, path.rfind('/'));
  }
  return result;
}

bool lists_cpu(std::string_view controllers) {
  while (!controllers.empty()) {
    if (next(controllers, ',') == "cpu") return true;
  }
  return false;
}

// One line of /proc/PID/cgroup: "4:cpu,cpuacct:/path", of v2 "0::/path".
double quota_of(std::string_view line, const std::string& cgroup) {
  next(line, ':');
  const std::string_view controllers = next(line, ':');
  if (line.find("..") != std::string_view::npos) line = "/";
  double result = unlimited;
  if (controllers.empty()) {
    for (const char* mount : {"", "/unified"}) {
      result = std::min(result, tightest(cgroup + mount, line, quota_v2));
    }
  } else if (lists_cpu(controllers)) {
    for (const char* mount : {"/cpu", "/cpu,cpuacct", "/cpuacct,cpu"}) {
      result = std::min(result, tightest(cgroup + mount, line, quota_v1));
    }
  }
  return result;
}

double quota(const std::string& proc, const std::string& cgroup) {
  const auto groups = contents(proc + "/cgroup");
  if (!groups) return unlimited;
  double result = unlimited;
  for (std::string_view rest = *groups; !rest.empty();) {
    result = std::min(result, quota_of(next(rest, '\n'), cgroup));
  }
  return result;
}

}  // namespace

double cpus_allowed(pid_t pid, const char* proc, const char* cgroup) {
  const std::string process = std::string(proc) + "/" + std::to_string(pid);
  const double cpus = std::min(affinity(process), quota(process, cgroup));
  return cpus == unlimited ? 1 : std::max(least, cpus);
}

}  // namespace monitor::probes
