#include "monitor/probes/open_folder.hpp"

#include <cerrno>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

namespace monitor::probes {
namespace {

std::multiset<std::string> names_in(const OpenFolder& folder) {
  std::multiset<std::string> names;
  folder.list([&](const char* name) {
    names.insert(name);
    return true;
  });
  return names;
}

TEST(OpenFolder, ListsAllEntriesEachTimeFromTheFirst) {
  std::string path = ::testing::TempDir() + "folder-XXXXXX";
  ASSERT_NE(::mkdtemp(path.data()), nullptr);
  std::multiset<std::string> expected{".", ".."};
  for (int number = 0; number < 300; ++number) {
    const std::string name = "an-entry-with-a-longer-name-" + std::to_string(number);
    std::ofstream(path + "/" + name) << "x";
    expected.insert(name);
  }
  const OpenFolder folder(path);
  ASSERT_TRUE(folder);
  EXPECT_EQ(names_in(folder), expected);
  EXPECT_EQ(names_in(folder), expected);
  int seen = 0;
  folder.list([&](const char*) { return ++seen < 7; });
  EXPECT_EQ(seen, 7);
  std::filesystem::remove_all(path);
}

TEST(OpenFolder, OfAProcessThatIsGoneIsEmpty) {
  const pid_t child = ::fork();
  if (child == 0) {
    ::pause();
    ::_exit(0);
  }
  const OpenFolder folder("/proc/" + std::to_string(child) + "/fd");
  EXPECT_GT(names_in(folder).size(), 2U);
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  EXPECT_TRUE(names_in(folder).empty());
}

TEST(OpenFolder, ThatCannotBeOpenedSaysWhy) {
  const OpenFolder folder("/nonexistent/folder");
  EXPECT_EQ(errno, ENOENT);
  EXPECT_FALSE(folder);
  EXPECT_TRUE(names_in(folder).empty());
}

}  // namespace
}  // namespace monitor::probes
