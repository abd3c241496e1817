#include "monitor/probes/cgroup.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/monitor/made_up_machine.hpp"

namespace monitor::probes {
namespace {

class Cgroup : public MadeUpMachine {
 protected:
  void mount(const std::string& name) { std::filesystem::create_directories(cgroup() / name); }
  // The folders below the mount of all, with their versions: "v1:cpu/a".
  std::vector<std::string> folders(const char* controller) const {
    std::vector<std::string> names;
    for (const CgroupFolder& folder : cgroup_folders(7, controller, proc(), cgroup())) {
      const bool is_v1 = folder.version == CgroupVersion::v1;
      names.push_back((is_v1 ? "v1:" : "v2:") + folder.path.substr(cgroup().string().size()));
    }
    return names;
  }
};

using Names = std::vector<std::string>;

TEST_F(Cgroup, TheGroupComesFirstAndTheMountPointLast) {
  is_in("0::/machine.slice/radio\n");
  mount("");
  EXPECT_EQ(folders("memory"), (Names{"v2:/machine.slice/radio", "v2:/machine.slice", "v2:"}));
}

TEST_F(Cgroup, OnV1EachControllerHasItsOwnGroup) {
  is_in("4:memory:/m\n3:cpu,cpuacct:/c\n2:cpuset:/s\n1:name=systemd:/x\n");
  for (const char* name : {"memory", "cpu,cpuacct", "cpuset", "systemd"}) mount(name);
  EXPECT_EQ(folders("memory"), (Names{"v1:/memory/m", "v1:/memory"}));
  EXPECT_EQ(folders("cpu"), (Names{"v1:/cpu,cpuacct/c", "v1:/cpu,cpuacct"}));
  EXPECT_EQ(folders("pids"), Names{});
}

TEST_F(Cgroup, AHybridMachineHasBothVersions) {
  is_in("4:memory:/m\n0::/u\n");
  mount("memory");
  mount("unified");
  EXPECT_EQ(folders("memory"),
            (Names{"v1:/memory/m", "v1:/memory", "v2:/unified/u", "v2:/unified"}));
}

TEST_F(Cgroup, AGroupOutsideTheContainerIsTheMountPoint) {
  is_in("0::/../../outside\n");
  mount("");
  EXPECT_EQ(folders("cpu"), Names{"v2:"});
}

TEST_F(Cgroup, AVeryDeepGroupIsFollowedSixteenFoldersAtMost) {
  std::string deep;
  for (int i = 0; i < 40; ++i) deep += "/" + std::to_string(i);
  is_in("0::" + deep + "\n");
  mount("");
  const Names names = folders("cpu");
  ASSERT_EQ(names.size(), cgroup_depth_limit);
  EXPECT_EQ(names.front(), "v2:" + deep);
  EXPECT_EQ(names.back(), "v2:");
}

TEST_F(Cgroup, AProcessThatIsGoneIsInNoGroup) {
  mount("");
  EXPECT_EQ(folders("cpu"), Names{});
}

}  // namespace
}  // namespace monitor::probes
