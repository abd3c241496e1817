#include "monitor/probes/host.hpp"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "monitor/probes/cgroup.hpp"
#include "monitor/probes/kernel_file.hpp"
#include "monitor/probes/shared_file.hpp"

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t no_limit_bytes =
    1ULL << 60;  // v1 writes "none" as the largest multiple of a page: 2^63 - 4096

// One reading serves every stream that is sampled within this time.
constexpr Duration same_reading = 500ms;
// A limit is rarely changed, and the kernel reckons its load each 5 s.
constexpr Duration slow_reading = 5s;

using File = std::shared_ptr<SharedFile>;

// How old each kind of reading may be.
struct Ages {
  Duration counters{};
  Duration slow{};
};

Ages ages_for(Attention attention) {
  return attention == Attention::close ? Ages{} : Ages{same_reading, slow_reading};
}

// The time a group was throttled for, which is summed over its CPUs.
struct ThrottleCounter {
  CgroupVersion version;
  File file;
  Duration last{};

  std::optional<Duration> read(Instant now, Duration age) const {
    const std::string_view text = file->text(now, age);
    const bool is_v1 = version == CgroupVersion::v1;
    const auto value = value_of(text, is_v1 ? "throttled_time" : "throttled_usec");
    if (!value) return {};
    return is_v1 ? Duration(std::chrono::nanoseconds(*value)) : std::chrono::microseconds(*value);
  }
};

// The files of a memory group.
struct MemoryGroup {
  CgroupVersion version;
  File limit;
  File used;
  File stat;

  bool is_v1() const { return version == CgroupVersion::v1; }
};

std::optional<std::uint64_t> number(std::string_view text) {
  const auto value = leading_integer(text);
  return value && *value >= 0 ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
}

std::optional<std::uint64_t> limit_of(const MemoryGroup& group, Instant now, Duration age) {
  const auto limit = number(group.limit->text(now, age));  // v2 writes "max" where there is none
  return limit && *limit < no_limit_bytes ? limit : std::nullopt;
}

// Without the pages of files that were not used lately: the kernel takes those back before it
// kills a process, and an FFmpeg that writes HLS or reads files fills the group with them. The
// kubelet's "working set" is the same.
std::optional<std::uint64_t> used_of(const MemoryGroup& group, Instant now, Duration age) {
  const auto all = number(group.used->text(now, age));
  if (!all) return {};
  const auto idle =
      value_of(group.stat->text(now, age), group.is_v1() ? "total_inactive_file" : "inactive_file");
  return *all -
         std::min(*all, static_cast<std::uint64_t>(std::max<std::int64_t>(idle.value_or(0), 0)));
}

}  // namespace

struct HostProbe::State {
  std::vector<ThrottleCounter> throttles;
  std::optional<Duration> throttled;
  std::vector<MemoryGroup> memory;
  File oom;  // of the nearest memory group; of the machine where there is none
  File load;

  State(pid_t pid, const std::string& proc, const std::string& cgroup)
      : load(SharedFile::of(proc + "/loadavg")) {
    open_throttles(cgroup_folders(pid, "cpu", proc, cgroup));
    open_memory(cgroup_folders(pid, "memory", proc, cgroup));
    if (!oom) oom = SharedFile::of(proc + "/vmstat");
  }

  void open_throttles(const std::vector<CgroupFolder>& folders) {
    for (const CgroupFolder& folder : folders) {
      ThrottleCounter counter{folder.version, SharedFile::of(folder.path + "/cpu.stat")};
      const auto value = counter.read(Instant{}, Duration{});
      if (!value) continue;
      counter.last = *value;
      throttled = std::max(throttled.value_or(*value), *value);
      throttles.push_back(std::move(counter));
    }
  }

  // The kernel counts a kill in the victim's own group (v2: and in those above), whichever group's
  // limit it was.
  void open_memory(const std::vector<CgroupFolder>& folders) {
    for (const CgroupFolder& folder : folders) {
      const bool is_v1 = folder.version == CgroupVersion::v1;
      const auto file = [&](const char* v1, const char* v2) {
        return SharedFile::of(folder.path + (is_v1 ? v1 : v2));
      };
      if (!oom) {
        File kills = file("/memory.oom_control", "/memory.events");
        if (kills->exists()) oom = std::move(kills);
      }
      File limit = file("/memory.limit_in_bytes", "/memory.max");
      if (!limit->exists()) continue;
      memory.push_back({folder.version, std::move(limit),
                        file("/memory.usage_in_bytes", "/memory.current"),
                        file("/memory.stat", "/memory.stat")});
    }
  }

  // A group and one above it may be throttled at the same time: the larger growth counts.
  void read_throttled(Instant now, Duration age) {
    Duration growth{};
    for (ThrottleCounter& counter : throttles) {
      const Duration value = counter.read(now, age).value_or(counter.last);
      growth = std::max(growth, value - std::exchange(counter.last, value));
    }
    if (throttled) *throttled += growth;
  }

  void read_memory(HostSample& sample, Instant now, const Ages& ages) const {
    const MemoryGroup* tightest = nullptr;
    for (const MemoryGroup& group : memory) {
      const auto limit = limit_of(group, now, ages.slow);
      if (!limit || (tightest && *limit >= *sample.memory_limit_bytes)) continue;
      sample.memory_limit_bytes = limit;
      tightest = &group;
    }
    if (tightest) sample.memory_used_bytes = used_of(*tightest, now, ages.counters);
  }

  std::optional<std::uint64_t> oom_kills(Instant now, Duration age) const {
    const auto value = value_of(oom->text(now, age), "oom_kill");
    return value ? std::optional(static_cast<std::uint64_t>(*value)) : std::nullopt;
  }

  std::optional<double> load1(Instant now, Duration age) const {
    const std::string_view text = load->text(now, age);
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

HostSample HostProbe::read(Instant now, Attention attention) {
  const Ages ages = ages_for(attention);
  HostSample sample;
  state_->read_throttled(now, ages.counters);
  sample.throttled = state_->throttled;
  sample.oom_kills = state_->oom_kills(now, ages.counters);
  state_->read_memory(sample, now, ages);
  sample.load1 = state_->load1(now, ages.slow);
  return sample;
}

}  // namespace monitor::probes
