#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <fstream>
#include <string>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor/probes/host.hpp"
#include "tests/monitor/made_up_machine.hpp"

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t mib = 1024 * 1024;
const Instant start = Instant{} + 100h;

class Host : public MadeUpMachine {
 protected:
  HostProbe probe() const { return HostProbe(7, proc().c_str(), cgroup().c_str()); }
  void stat_v2(const std::string& group, int throttled_usec) {
    write(cgroup() / group / "cpu.stat",
          "usage_usec 9\nnr_periods 2\nthrottled_usec " + std::to_string(throttled_usec) + "\n");
  }
  void memory_v2(const std::string& group, const std::string& max, const std::string& current,
                 const std::string& inactive_file) {
    write(cgroup() / group / "memory.max", max + "\n");
    write(cgroup() / group / "memory.current", current + "\n");
    write(cgroup() / group / "memory.stat",
          "anon 5\nworkingset_refault_file 77\ninactive_file " + inactive_file + "\n");
  }
  void events_v2(const std::string& group, int oom_kills) {
    write(cgroup() / group / "memory.events",
          "low 0\nmax 81\noom 9\noom_kill " + std::to_string(oom_kills) + "\noom_group_kill 0\n");
  }
};

void spin() {
  for (;;) {
  }
}

// More than a group of 32 MiB holds.
void fill_memory() {
  constexpr std::size_t size = 128 * mib;
  char* memory = static_cast<char*>(
      mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
  for (std::size_t at = 0; at < size; at += 4096) memory[at] = 1;
}

TEST_F(Host, AQuotaThatHoldsTheProcessBackIsTold) {
  const RealGroup group("cpu", "cpu.cfs_quota_us");
  if (!group.made()) {  // then what the kernel would show
    is_in("4:cpu:/radio\n");
    write(cgroup() / "cpu/radio/cpu.stat",
          "nr_periods 1\nnr_throttled 1\nthrottled_time 1000000\n");
    HostProbe made_up = probe();
    EXPECT_EQ(made_up.read(start).throttled, 1ms);
    write(cgroup() / "cpu/radio/cpu.stat",
          "nr_periods 9\nnr_throttled 9\nthrottled_time 9000000\n");
    EXPECT_EQ(made_up.read(start).throttled, 9ms);
    return;
  }
  ASSERT_TRUE(group.set("cpu.cfs_quota_us", "5000"));
  const Child busy(spin);
  ASSERT_TRUE(group.set("cgroup.procs", std::to_string(busy.pid())));
  HostProbe probe(busy.pid());
  EXPECT_EQ(probe.read(start).throttled, 0ns);
  busy.go();
  EXPECT_TRUE(eventually([&] { return *probe.read(start).throttled > 300ms; }));
}

TEST_F(Host, AKillByTheOomKillerIsToldAfterTheDeath) {
  const RealGroup group("memory", "memory.limit_in_bytes");
  if (!group.made()) {
    is_in("4:memory:/radio\n");
    write(cgroup() / "memory/radio/memory.oom_control",
          "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
    EXPECT_EQ(probe().read(start).oom_kills, 3U);
    return;
  }
  ASSERT_TRUE(group.set("memory.limit_in_bytes", std::to_string(32 * mib)));
  group.set("memory.memsw.limit_in_bytes", std::to_string(32 * mib));  // where swap is counted
  Child greedy(fill_memory);
  ASSERT_TRUE(group.set("cgroup.procs", std::to_string(greedy.pid())));
  HostProbe probe(greedy.pid());
  EXPECT_EQ(probe.read(start).oom_kills, 0U);
  EXPECT_EQ(probe.read(start).memory_limit_bytes, 32 * mib);
  greedy.go();
  const int status = greedy.wait();
  ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
  EXPECT_EQ(probe.read(start).oom_kills, 1U);
}

TEST_F(Host, ADeathByAnotherHandIsNoOomKill) {
  Child child([] { pause(); });
  HostProbe probe(child.pid());
  const auto before = probe.read(start).oom_kills;
  ASSERT_TRUE(before);
  child.end(SIGKILL);
  EXPECT_EQ(probe.read(start).oom_kills, before);
}

TEST_F(Host, V2CountersAreRead) {
  is_in("0::/radio\n");
  stat_v2("radio", 2500);
  memory_v2("radio", "104857600", "62914560", "10485760");
  events_v2("radio", 2);
  write(proc() / "loadavg", "1.25 0.50 0.25 2/300 4711\n");
  const HostSample sample = probe().read(start);
  EXPECT_EQ(sample.throttled, 2500us);
  EXPECT_EQ(sample.oom_kills, 2U);
  EXPECT_EQ(sample.memory_limit_bytes, 100 * mib);
  EXPECT_EQ(sample.memory_used_bytes, 50 * mib);  // pages of files that can go are no use
  EXPECT_EQ(sample.load1, 1.25);
}

TEST_F(Host, AQuotaAboveTheGroupHoldsItBackAsWell) {
  is_in("0::/slice/radio\n");
  stat_v2("slice", 7000);
  stat_v2("slice/radio", 1000);
  HostProbe made_up = probe();
  const Duration before = *made_up.read(start).throttled;
  stat_v2("slice", 9000);
  stat_v2("slice/radio", 1500);
  EXPECT_EQ(*made_up.read(start).throttled - before, 2ms);
  stat_v2("slice/radio", 4500);
  EXPECT_EQ(*made_up.read(start).throttled - before, 5ms);
}

TEST_F(Host, TheTightestMemoryLimitCountsWithWhatItsGroupUses) {
  is_in("0::/slice/radio\n");
  memory_v2("slice/radio", "max", "1000", "0");
  memory_v2("slice", "4000", "3000", "500");
  memory_v2("", "9000", "5000", "0");
  const HostSample sample = probe().read(start);
  EXPECT_EQ(sample.memory_limit_bytes, 4000U);
  EXPECT_EQ(sample.memory_used_bytes, 2500U);
}

TEST_F(Host, WithoutALimitThereIsNone) {
  is_in("0::/radio\n4:memory:/radio\n");
  memory_v2("radio", "max", "1000", "0");
  write(cgroup() / "memory/radio/memory.limit_in_bytes", "9223372036854771712\n");
  const HostSample sample = probe().read(start);
  EXPECT_EQ(sample.memory_limit_bytes, std::nullopt);
  EXPECT_EQ(sample.memory_used_bytes, std::nullopt);
}

TEST_F(Host, WithoutAMemoryGroupTheMachinesOomKillsCount) {
  is_in("0::/\n");
  write(proc() / "vmstat", "nr_free_pages 4\noom_kill 5\n");
  EXPECT_EQ(probe().read(start).oom_kills, 5U);
}

TEST_F(Host, WhatWasReadForAnotherProcessSomeMomentsAgoServes) {
  is_in("0::/radio\n");
  stat_v2("radio", 1000);
  memory_v2("radio", "4000", "3000", "0");
  HostProbe one = probe();
  HostProbe other = probe();
  EXPECT_EQ(one.read(start, Attention::usual).throttled, 1000us);
  stat_v2("radio", 2000);
  memory_v2("radio", "5000", "4000", "0");
  EXPECT_EQ(other.read(start + 400ms, Attention::usual).throttled, 1000us);
  const HostSample next = one.read(start + 1s, Attention::usual);
  EXPECT_EQ(next.throttled, 2000us);
  EXPECT_EQ(next.memory_used_bytes, 4000U);
  EXPECT_EQ(next.memory_limit_bytes, 4000U) << "a limit is rarely changed";
  EXPECT_EQ(one.read(start + 6s, Attention::usual).memory_limit_bytes, 5000U);
}

TEST_F(Host, AtACloseLookTheKernelIsAsked) {
  is_in("0::/radio\n");
  events_v2("radio", 2);
  memory_v2("radio", "4000", "3000", "0");
  HostProbe probe = this->probe();
  EXPECT_EQ(probe.read(start, Attention::usual).oom_kills, 2U);
  events_v2("radio", 3);
  memory_v2("radio", "5000", "4000", "0");
  const HostSample sample = probe.read(start, Attention::close);
  EXPECT_EQ(sample.oom_kills, 3U);
  EXPECT_EQ(sample.memory_limit_bytes, 5000U);
}

TEST_F(Host, AGroupThatIsMadeAgainIsRead) {
  is_in("0::/radio\n");
  stat_v2("radio", 1000);
  HostProbe probe = this->probe();
  write(cgroup() / "radio/cpu.stat", "");  // as the kernel shows a group that is gone
  std::filesystem::remove(cgroup() / "radio/cpu.stat");
  EXPECT_EQ(probe.read(start).throttled, 1000us);
  stat_v2("radio", 5000);
  EXPECT_EQ(probe.read(start).throttled, 5000us);
}

TEST_F(Host, AMachineThatTellsNothingIsNotKnown) {
  const HostSample sample = probe().read(start);
  EXPECT_EQ(sample.throttled, std::nullopt);
  EXPECT_EQ(sample.oom_kills, std::nullopt);
  EXPECT_EQ(sample.memory_limit_bytes, std::nullopt);
  EXPECT_EQ(sample.load1, std::nullopt);
}

TEST_F(Host, GarbageIsNotKnown) {
  is_in("0::/radio\n");
  write(cgroup() / "radio/cpu.stat", "throttled_usec\nthrottled_usec x\n");
  write(cgroup() / "radio/memory.events", "oom_kill_disable 1\noom_killer 2");
  write(cgroup() / "radio/memory.max", "-5\n");
  write(proc() / "loadavg", "high\n");
  const HostSample sample = probe().read(start);
  EXPECT_EQ(sample.throttled, std::nullopt);
  EXPECT_EQ(sample.oom_kills, std::nullopt);
  EXPECT_EQ(sample.memory_limit_bytes, std::nullopt);
  EXPECT_EQ(sample.load1, std::nullopt);
}

}  // namespace
}  // namespace monitor::probes
