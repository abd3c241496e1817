#include "supervisor/child/guard.hpp"

#include <csignal>
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include "child_run.hpp"
#include "monitor/probes/ffmpeg_process.hpp"

// What a killed program leaves, its guard kills. FFmpeg is a copy of sleep(1).
namespace supervisor::test {
namespace {

// The guard is the same executable in another role: this one's, before GoogleTest begins.
[[gnu::constructor]] void be_the_guard(int count, char** words, char**) {
  if (count == 1 && is_guard_name(words[0])) ::_exit(run_guard());
}

class Guard : public testing::Test {
 protected:
  Guard() : folder_(::mkdtemp(name_)) {
    std::filesystem::copy("/bin/sleep", folder_ / "ffmpeg");
    EXPECT_EQ(::pipe2(progress_, O_CLOEXEC), 0);
  }
  ~Guard() override {
    for (const pid_t left : ffmpegs()) ::kill(left, SIGKILL);
    for (const int fd : progress_) ::close(fd);
    std::filesystem::remove_all(folder_);
  }

  std::vector<pid_t> ffmpegs() const {
    return monitor::probes::ffmpegs_holding(monitor::probes::pipe_number(progress_[0]));
  }

  // Of the shell's command, in a process group of its own; FFMPEG stands for FFmpeg.
  [[noreturn]] void launch(const std::string& command) const {
    ::setpgid(0, 0);
    ::dup2(progress_[1], 3);
    const std::string ffmpeg = "FFMPEG=" + (folder_ / "ffmpeg").string();
    ::execl("/usr/bin/env", "env", ffmpeg.c_str(), "sh", "-c", command.c_str(), nullptr);
    ::_exit(127);
  }

  // A program that has launched it, guards it and is killed. Whether its guard leaves no FFmpeg.
  bool is_killed_with_its_program(const std::string& command, bool by_pipe) const {
    int told[2];
    EXPECT_EQ(::pipe2(told, O_CLOEXEC), 0);
    const pid_t program = ::fork();
    if (program == 0) {
      enable_guard();
      const pid_t child = ::fork();
      if (child == 0) launch(command);
      ::setpgid(child, child);
      const std::uint64_t pipe = by_pipe ? monitor::probes::pipe_number(progress_[0]) : 0;
      guard({.group = child, .progress = pipe, .errors = 0});
      const ssize_t count = ::write(told[1], "", 1);
      while (count == 1) ::pause();
      ::_exit(1);
    }
    ::close(told[1]);
    char byte = 0;
    EXPECT_EQ(::read(told[0], &byte, 1), 1);
    ::close(told[0]);
    EXPECT_TRUE(poll_until([&] { return ffmpegs().size() == 1; }));
    ::kill(program, SIGKILL);
    ::waitpid(program, nullptr, 0);
    return poll_until([&] { return ffmpegs().empty(); });
  }

 private:
  char name_[40] = "/tmp/ffsupervisor-guard-XXXXXX";
  std::filesystem::path folder_;
  int progress_[2] = {-1, -1};
};

// Its parent-death signal reached the shell only.
TEST_F(Guard, KillsTheGroupOfAKilledProgram) {
  EXPECT_TRUE(is_killed_with_its_program("$FFMPEG 60; true", false));
}

TEST_F(Guard, KillsAnFfmpegThatHasLeftTheGroup) {
  EXPECT_TRUE(is_killed_with_its_program("setsid $FFMPEG 60; true", true));
}

}  // namespace
}  // namespace supervisor::test
