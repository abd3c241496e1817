#include "monitor/probes/kernel_file.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace monitor::probes {
namespace {

// As the shell would read it: until the end.
std::string whole(const std::string& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), {}};
}

// Makes /proc/self/maps longer: a line for each page, as each second one may not be read.
class ManyMappings {
 public:
  ManyMappings()
      : pages_(static_cast<char*>(
            ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    for (std::size_t at = 0; at < size; at += 2 * page) ::mprotect(pages_ + at, page, PROT_NONE);
  }
  ~ManyMappings() { ::munmap(pages_, size); }
  ManyMappings(const ManyMappings&) = delete;
  ManyMappings& operator=(const ManyMappings&) = delete;

 private:
  static constexpr std::size_t page = 4096;
  static constexpr std::size_t size = 256 * page;
  char* pages_;
};

TEST(KernelFile, AFileOfSeveralPagesIsReadToItsEnd) {
  const ManyMappings mappings;
  const pid_t other = ::fork();  // its own mappings may change with each allocation
  if (other == 0) {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) ::pause();
  }
  const std::string path = "/proc/" + std::to_string(other) + "/maps";
  std::array<char, 65536> buffer;
  const KernelFile file(path);
  const std::string text(file.read(buffer));
  ASSERT_GT(text.size(), 8192U) << "else it shows nothing";
  EXPECT_TRUE(text.ends_with('\n'));
  EXPECT_EQ(text, whole(path));
  ::kill(other, SIGKILL);
  ::waitpid(other, nullptr, 0);
}

TEST(KernelFile, IsReadAnewEachTime) {
  const std::string path = testing::TempDir() + "file_" + std::to_string(::getpid());
  std::ofstream(path) << "one";
  std::array<char, 64> buffer;
  const KernelFile file(path);
  EXPECT_EQ(file.read(buffer), "one");
  std::ofstream(path) << "another";
  EXPECT_EQ(file.read(buffer), "another");
  std::filesystem::remove(path);
}

TEST(KernelFile, WhatIsNotThereIsEmpty) {
  std::array<char, 64> buffer;
  EXPECT_EQ(KernelFile("/proc/self/no_such_file").read(buffer), "");
}

}  // namespace
}  // namespace monitor::probes
