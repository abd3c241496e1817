#include "monitor/probes/host.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <string_view>
#include <utility>

#include "monitor/probes/cgroup.hpp"
#include "monitor/probes/kernel_file.hpp"

namespace monitor::probes {
namespace {

constexpr std::uint64_t no_limit_bytes =
    1ULL << 60;  // v1 writes "none" as the largest multiple of a page: 2^63 - 4096

using Buffer = std::array<char, 8192>;  // memory.stat of v2 is 1.5 KB, /proc/vmstat 4 KB

// The time a group was throttled for, which is summed over its CPUs.
struct ThrottleCounter {
  CgroupVersion version;
  KernelPath file;
  Duration last{};

  std::optional<Duration> read() const {
    Buffer buffer;
    const std::string_view text = file.read(buffer);
    const bool is_v1 = version == CgroupVersion::v1;
    const auto value = value_of(text, is_v1 ? "throttled_time" : "throttled_usec");
    if (!value) return {};
    return is_v1 ? Duration(std::chrono::nanoseconds(*value)) : std::chrono::microseconds(*value);
  }
};

// A memory group's limit, and where the rest of it is found.
struct MemoryGroup {
  CgroupFolder folder;
  KernelPath limit;
};

std::optional<std::uint64_t> number(std::string_view text) {
  const auto value = leading_integer(text);
  return value && *value >= 0 ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

std::optional<std::uint64_t> limit_of(const MemoryGroup& group) {
  Buffer buffer;
  const auto limit = number(group.limit.read(buffer));  // v2 writes "max" where there is none
  return limit && *limit < no_limit_bytes ? limit : std::nullopt;
}

// Without the pages of files that were not used lately: the kernel takes those back before it
// kills a process, and an FFmpeg that writes HLS or reads files fills the group with them. The
// kubelet's "working set" is the same.
std::optional<std::uint64_t> used_of(const CgroupFolder& folder) {
  const bool is_v1 = folder.version == CgroupVersion::v1;
  Buffer buffer;
  const auto all =
      number(KernelFile(folder.path + (is_v1 ? "/memory.usage_in_bytes" : "/memory.current"))
                 .read(buffer));
  if (!all) return {};
  const auto idle = value_of(KernelFile(folder.path + "/memory.stat").read(buffer),
                             is_v1 ? "total_inactive_file" : "inactive_file");
  return *all -
         std::min(*all, static_cast<std::uint64_t>(std::max<std::int64_t>(idle.value_or(0), 0)));
}

}  // namespace

struct HostProbe::State {
  std::vector<ThrottleCounter> throttles;
  std::optional<Duration> throttled;
  std::vector<MemoryGroup> memory;
  KernelPath oom;  // of the nearest memory group; of the machine where there is none
  bool has_oom_group = false;
  KernelPath load;

  State(pid_t pid, const std::string& proc, const std::string& cgroup) : load(proc + "/loadavg") {
    open_throttles(cgroup_folders(pid, "cpu", proc, cgroup));
    open_memory(cgroup_folders(pid, "memory", proc, cgroup));
    if (!has_oom_group) oom = KernelPath(proc + "/vmstat");
  }

  void open_throttles(std::vector<CgroupFolder> folders) {
    for (CgroupFolder& folder : folders) {
      ThrottleCounter counter{folder.version, KernelPath(folder.path + "/cpu.stat")};
      const auto value = counter.read();
      if (!value) continue;
      counter.last = *value;
      throttled = std::max(throttled.value_or(*value), *value);
      throttles.push_back(std::move(counter));
    }
  }

  // The kernel counts a kill in the victim's own group (v2: and in those above), whichever group's
  // limit it was.
  void open_memory(std::vector<CgroupFolder> folders) {
    for (CgroupFolder& folder : folders) {
      const bool is_v1 = folder.version == CgroupVersion::v1;
      if (!has_oom_group) {
        oom = KernelPath(folder.path + (is_v1 ? "/memory.oom_control" : "/memory.events"));
        has_oom_group = oom.exists();
      }
      KernelPath limit(folder.path + (is_v1 ? "/memory.limit_in_bytes" : "/memory.max"));
      if (limit.exists()) memory.push_back({std::move(folder), std::move(limit)});
    }
  }

  // A group and one above it may be throttled at the same time: the larger growth counts.
  void read_throttled() {
    Duration growth{};
    for (ThrottleCounter& counter : throttles) {
      const Duration value = counter.read().value_or(counter.last);
      growth = std::max(growth, value - std::exchange(counter.last, value));
    }
    if (throttled) *throttled += growth;
  }

  void read_memory(HostSample& sample) const {
    const MemoryGroup* tightest = nullptr;
    for (const MemoryGroup& group : memory) {
      const auto limit = limit_of(group);
      if (!limit || (tightest && *limit >= *sample.memory_limit_bytes)) continue;
      sample.memory_limit_bytes = limit;
      tightest = &group;
    }
    if (tightest) sample.memory_used_bytes = used_of(tightest->folder);
  }

  std::optional<std::uint64_t> oom_kills() const {
    Buffer buffer;
    const auto value = value_of(oom.read(buffer), "oom_kill");
    return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
  }

  std::optional<double> load1() const {
    Buffer buffer;
    const std::string_view text = load.read(buffer);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} ? std::optional(value) : std::nullopt;
  }
};

HostProbe::HostProbe(pid_t pid, const char* proc, const char* cgroup)
    : state_(std::make_unique<State>(pid, proc, cgroup)) {
}

HostProbe::~HostProbe() = default;
HostProbe::HostProbe(HostProbe&&) noexcept = default;
HostProbe& HostProbe::operator=(HostProbe&&) noexcept = default;

HostSample HostProbe::read() {
  HostSample sample;
  state_->read_throttled();
  sample.throttled = state_->throttled;
  sample.oom_kills = state_->oom_kills();
  state_->read_memory(sample);
  sample.load1 = state_->load1();
  return sample;
}

}  // namespace monitor::probes
