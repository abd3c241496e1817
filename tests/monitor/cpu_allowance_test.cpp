#include "monitor/probes/cpu_allowance.hpp"

#include <filesystem>
#include <string>

#include <gtest/gtest.h>
#include <unistd.h>

#include "tests/monitor/made_up_machine.hpp"

namespace monitor::probes {
namespace {

class CpuAllowance : public MadeUpMachine {
 protected:
  void SetUp() override {
    MadeUpMachine::SetUp();
    may_use("0-7");
  }

  void may_use(const std::string& cpus) {
    write(proc() / "7/status", "Name:\tffmpeg\nCpus_allowed:\tff\nCpus_allowed_list:\t" + cpus +
                                   "\nMems_allowed_list:\t0\n");
  }
  void v1(const std::string& group, const std::string& quota,
          const std::string& period = "100000") {
    write(cgroup() / group / "cpu.cfs_quota_us", quota + "\n");
    write(cgroup() / group / "cpu.cfs_period_us", period + "\n");
  }
  void v2(const std::string& group, const std::string& max) {
    write(cgroup() / group / "cpu.max", max + "\n");
  }
  double allowed() const { return cpus_allowed(7, proc().c_str(), cgroup().c_str()); }
};

TEST_F(CpuAllowance, AffinityAloneCountsTheCpus) {
  EXPECT_EQ(allowed(), 8);
  may_use("0");
  EXPECT_EQ(allowed(), 1);
  may_use("0-3,8,10-11");
  EXPECT_EQ(allowed(), 7);
}

TEST_F(CpuAllowance, V2QuotaOfTheGroup) {
  is_in("0::/system.slice/radio.service\n");
  v2("system.slice/radio.service", "150000 100000");
  EXPECT_DOUBLE_EQ(allowed(), 1.5);
}

TEST_F(CpuAllowance, V2WithoutAQuotaIsTheAffinity) {
  is_in("0::/system.slice/radio.service\n");
  v2("system.slice/radio.service", "max 100000");
  EXPECT_EQ(allowed(), 8);
}

TEST_F(CpuAllowance, TheTightestQuotaOnTheWayUpCounts) {
  is_in("0::/a/b/c\n");
  v2("a/b/c", "400000 100000");
  v2("a/b", "max 100000");
  v2("a", "50000 100000");
  EXPECT_DOUBLE_EQ(allowed(), 0.5);
}

TEST_F(CpuAllowance, AHybridMountHasV2BelowUnified) {
  is_in("3:memory:/m\n0::/radio\n");
  v2("unified/radio", "200000 100000");
  EXPECT_DOUBLE_EQ(allowed(), 2);
}

TEST_F(CpuAllowance, V1QuotaOfTheCpuController) {
  is_in("4:cpu:/docker/abc\n3:cpuset:/other\n1:name=systemd:/x\n0::/\n");
  v1("cpu/docker/abc", "250000");
  EXPECT_DOUBLE_EQ(allowed(), 2.5);
}

TEST_F(CpuAllowance, V1ControllersMountedTogetherAreFound) {
  is_in("4:cpu,cpuacct:/radio\n");
  v1("cpu,cpuacct/radio", "30000", "20000");
  EXPECT_DOUBLE_EQ(allowed(), 1.5);
}

TEST_F(CpuAllowance, V1WithoutAQuotaIsTheAffinity) {
  is_in("4:cpu:/radio\n");
  v1("cpu/radio", "-1");
  v1("cpu", "-1");
  EXPECT_EQ(allowed(), 8);
}

TEST_F(CpuAllowance, InAContainerTheMountPointIsTheGroup) {
  is_in("4:cpu:/docker/of/the/host\n");
  v1("cpu", "70000");
  EXPECT_DOUBLE_EQ(allowed(), 0.7);
  is_in("0::/../../outside\n");
  v2("", "60000 100000");
  EXPECT_DOUBLE_EQ(allowed(), 0.6);
}

TEST_F(CpuAllowance, AQuotaAboveTheAffinityGivesNothingMore) {
  may_use("0-1");
  is_in("0::/a\n");
  v2("a", "900000 100000");
  EXPECT_EQ(allowed(), 2);
}

TEST_F(CpuAllowance, NeverNothing) {
  is_in("0::/a\n");
  v2("a", "1 1000000");
  EXPECT_DOUBLE_EQ(allowed(), 0.01);
}

TEST_F(CpuAllowance, GarbageIsNoLimit) {
  is_in("no colons\n:::\n0::\n4:cpu:\n0::/a");
  v2("a", "");
  EXPECT_EQ(allowed(), 8);
  v2("a", "100000");
  EXPECT_EQ(allowed(), 8);
  v1("cpu", "100000", "0");
  EXPECT_EQ(allowed(), 8);
}

TEST(CpuAllowanceOfNobody, IsOneCpu) {
  EXPECT_EQ(cpus_allowed(7, "/nonexistent", "/nonexistent"), 1);
}

TEST(CpuAllowanceOfThisProcess, IsWhatItsAffinityAndQuotaGive) {
  const double cpus = cpus_allowed(getpid());
  EXPECT_GE(cpus, 0.01);
  EXPECT_LE(cpus, static_cast<double>(sysconf(_SC_NPROCESSORS_CONF)));
}

TEST_F(CpuAllowance, AGroupMadeByTheKernelHasItsQuota) {
  const RealGroup group("cpu", "cpu.cfs_quota_us");
  if (!group.made()) {  // then what the kernel would show
    is_in("4:cpu:/radio\n");
    v1("cpu/radio", "40000");
    EXPECT_DOUBLE_EQ(allowed(), 0.4);
    return;
  }
  const Child child([] {});
  ASSERT_TRUE(group.set("cpu.cfs_quota_us", "40000"));
  ASSERT_TRUE(group.set("cgroup.procs", std::to_string(child.pid())));
  EXPECT_DOUBLE_EQ(cpus_allowed(child.pid()), 0.4);
}

}  // namespace
}  // namespace monitor::probes
