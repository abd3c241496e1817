#include "monitor/probes/cpu_allowance.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace monitor::probes {
namespace {

namespace fs = std::filesystem;

void write(const fs::path& path, const std::string& text) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << text;
}

// A made-up /proc with process 7 in it, and a made-up /sys/fs/cgroup.
class CpuAllowance : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = testing::TempDir() + "cpu_allowance_XXXXXX";
    ASSERT_NE(mkdtemp(pattern.data()), nullptr);
    root_ = pattern;
    may_use("0-7");
  }
  void TearDown() override { fs::remove_all(root_); }

  void may_use(const std::string& cpus) {
    write(root_ / "proc/7/status", "Name:\tffmpeg\nCpus_allowed:\tff\nCpus_allowed_list:\t" + cpus +
                                       "\nMems_allowed_list:\t0\n");
  }
  void is_in(const std::string& groups) { write(root_ / "proc/7/cgroup", groups); }
  void v1(const std::string& group, const std::string& quota,
          const std::string& period = "100000") {
    write(root_ / "cgroup" / group / "cpu.cfs_quota_us", quota + "\n");
    write(root_ / "cgroup" / group / "cpu.cfs_period_us", period + "\n");
  }
  void v2(const std::string& group, const std::string& max) {
    write(root_ / "cgroup" / group / "cpu.max", max + "\n");
  }
  double allowed() const {
    return cpus_allowed(7, (root_ / "proc").c_str(), (root_ / "cgroup").c_str());
  }

 private:
  fs::path root_;
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

TEST(CpuAllowanceOfARealGroup, IsItsQuota) {
  const fs::path group = "/sys/fs/cgroup/cpu/ffsupervisor_test_" + std::to_string(getpid());
  std::error_code error;
  if (!fs::exists("/sys/fs/cgroup/cpu/cpu.cfs_quota_us") || !fs::create_directory(group, error)) {
    GTEST_SKIP() << "no writable cgroup v1 cpu controller here";
  }
  const pid_t child = fork();
  if (child == 0) {
    for (;;) pause();
  }
  std::ofstream(group / "cpu.cfs_quota_us") << 40000;
  std::ofstream(group / "cgroup.procs") << child;
  EXPECT_DOUBLE_EQ(cpus_allowed(child), 0.4);
  kill(child, SIGKILL);
  waitpid(child, nullptr, 0);
  EXPECT_TRUE(fs::remove(group, error)) << error.message();
}

}  // namespace
}  // namespace monitor::probes
