#include "monitor/probes/ffmpeg_process.hpp"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/monitor/kernel_knows.hpp"

// Which process is FFmpeg behind what was started. The programs are shells and copies of sleep(1).
namespace monitor::probes {
namespace {

using namespace std::chrono_literals;

const Instant start = Instant{} + 100h;

bool poll_until(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + 20s;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(5ms);
  }
  return true;
}

class FfmpegProcess : public testing::Test {
 protected:
  FfmpegProcess() : folder_(::mkdtemp(name_)) {
    std::filesystem::copy("/bin/sleep", folder_ / "ffmpeg");
    std::filesystem::copy("/bin/sleep", folder_ / "other");
    EXPECT_EQ(::pipe2(pipe_, O_CLOEXEC), 0);
    pipe_of_3_ = pipe_number(pipe_[0]);
  }
  ~FfmpegProcess() override {
    if (child_ > 0) {
      ::kill(-child_, SIGKILL);
      ::waitpid(child_, nullptr, 0);
    }
    ::close(pipe_[0]);
    ::close(pipe_[1]);
    std::filesystem::remove_all(folder_);
  }

  // The program in a process group of its own, the pipe's write end on its descriptor 3.
  pid_t launch(std::vector<std::string> argv) {
    std::vector<char*> arguments;
    for (std::string& each : argv) arguments.push_back(each.data());
    arguments.push_back(nullptr);
    child_ = ::fork();
    if (child_ == 0) {
      ::setpgid(0, 0);
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      ::dup2(pipe_[1], 3);
      ::execv(arguments[0], arguments.data());
      ::_exit(127);
    }
    return child_;
  }
  std::string file(const std::string& of) const { return folder_ / of; }
  std::string script(const std::string& of, const std::string& text) {
    std::ofstream(file(of)) << "#!/bin/sh\n" << text << '\n';
    std::filesystem::permissions(file(of), std::filesystem::perms::owner_all);
    return file(of);
  }
  static std::string executable_of(pid_t pid) {
    std::error_code ignored;
    return std::filesystem::read_symlink("/proc/" + std::to_string(pid) + "/exe", ignored);
  }
  bool finds(FfmpegFinder& finder, const std::string& executable) {
    return poll_until([&] { return executable_of(finder.find(start)) == file(executable); });
  }
  // A look may come in the midst of an exec: then the next one knows.
  bool finds_certainly(FfmpegFinder& finder, const std::string& executable) {
    return poll_until([&] {
      return executable_of(finder.find(start)) == file(executable) && finder.is_certain();
    });
  }

  char name_[40] = "/tmp/ffsupervisor-process-XXXXXX";
  std::filesystem::path folder_;
  int pipe_[2] = {-1, -1};
  std::uint64_t pipe_of_3_ = 0;
  pid_t child_ = -1;
};

TEST_F(FfmpegProcess, IsTheChildItselfWithoutAWrapper) {
  FfmpegFinder finder(launch({file("ffmpeg"), "60"}), pipe_of_3_);
  ASSERT_TRUE(finds_certainly(finder, "ffmpeg"));
  EXPECT_EQ(finder.found(), child_);
  EXPECT_FALSE(finder.found_behind_child());
}

TEST_F(FfmpegProcess, IsFoundBehindTimeoutFlockAndAScriptWithoutExec) {
  const std::vector<std::vector<std::string>> commands{
      {"/usr/bin/timeout", "60", file("ffmpeg"), "60"},
      {"/usr/bin/flock", file("lock"), file("ffmpeg"), "60"},
      {script("wrapper", file("ffmpeg") + " 60; true")},
      {"/bin/sh", "-c", file("ffmpeg") + " 60 & wait"},
      {"/usr/bin/timeout", "60",
       script("inner", "/usr/bin/timeout 60 " + file("ffmpeg") + " 60; true")},
      {script("session", "setsid -w " + file("ffmpeg") + " 60; true")}};
  for (const auto& command : commands) {
    FfmpegFinder finder(launch(command), pipe_of_3_);
    EXPECT_TRUE(finds_certainly(finder, "ffmpeg")) << command.front();
    EXPECT_TRUE(finder.found_behind_child());
    ::kill(finder.found(), SIGKILL);
    ::kill(-child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
    child_ = -1;
  }
}

TEST_F(FfmpegProcess, OfAnotherNameIsKnownByItsFlags) {
  std::filesystem::copy("/usr/bin/ffmpeg", folder_ / "ff");
  const std::string wrapper =
      script("ffmpeg-7", file("ff") + " \"$@\"; true");  // the flags come second: after its file
  const std::vector<std::string> arguments{"-progress", "pipe:3", "-v",    "quiet",
                                           "-re",       "-f",     "lavfi", "-i",
                                           "anoisesrc", "-f",     "null",  "-"};
  std::vector<std::string> command{wrapper};
  command.insert(command.end(), arguments.begin(), arguments.end());
  FfmpegFinder finder(launch(command), pipe_of_3_);
  EXPECT_TRUE(finds_certainly(finder, "ff"));
}

TEST_F(FfmpegProcess, OfAnotherNameAndWithFlagsOfAScriptsOwnIsLikely) {
  std::filesystem::copy("/usr/bin/ffmpeg", folder_ / "ff");
  const std::string wrapper = script("ffmpeg-7", file("ff") + " -v quiet \"$@\"; true");
  FfmpegFinder finder(launch({wrapper, "-progress", "pipe:3", "-re", "-f", "lavfi", "-i",
                              "anoisesrc", "-f", "null", "-"}),
                      pipe_of_3_);
  EXPECT_TRUE(finds(finder, "ff"));
  EXPECT_FALSE(finder.is_certain());
}

TEST_F(FfmpegProcess, OneThatDoesNotHoldThePipeIsOnlyTakenWhereNoneDoes) {
  FfmpegFinder finder(launch({"/bin/sh", "-c", file("ffmpeg") + " 60 3>&- ; true"}), pipe_of_3_);
  ASSERT_TRUE(finds(finder, "ffmpeg"));
  EXPECT_FALSE(finder.has_pipe());
  ::kill(-child_, SIGKILL);
  ::waitpid(child_, nullptr, 0);
  std::filesystem::copy(file("ffmpeg"), folder_ / "ffmpeg-7");
  FfmpegFinder both(
      launch({"/bin/sh", "-c", file("ffmpeg-7") + " 60 & " + file("ffmpeg") + " 60 3>&- ; true"}),
      pipe_of_3_);
  ASSERT_TRUE(finds(both, "ffmpeg-7"));
  EXPECT_TRUE(both.has_pipe());
}

TEST_F(FfmpegProcess, OneOfTwoIsNotTheOnlyOne) {
  FfmpegFinder finder(
      launch({"/bin/sh", "-c", file("ffmpeg") + " 60 & " + file("ffmpeg") + " 60; true"}),
      pipe_of_3_);
  EXPECT_TRUE(poll_until([&] {
    finder.find(start);
    return finder.is_certain() && !finder.is_only_one();
  }));
}

TEST_F(FfmpegProcess, TheNextOneOfALoopIsFollowed) {
  FfmpegFinder finder(launch({"/bin/sh", "-c", "while true; do " + file("ffmpeg") + " 60; done"}),
                      pipe_of_3_);
  ASSERT_TRUE(finds(finder, "ffmpeg"));
  const pid_t first = finder.found();
  ::kill(first, SIGKILL);
  EXPECT_TRUE(poll_until([&] {
    const pid_t next = finder.find(start);
    return next != first && executable_of(next) == file("ffmpeg");
  }));
}

TEST_F(FfmpegProcess, OneThatTheChildStartsLateIsSoughtSeldomUnlessALookIsClose) {
  std::filesystem::copy("/bin/sh", folder_ / "ffmpeg-sh");
  ASSERT_EQ(::mkfifo(file("go").c_str(), 0600), 0);
  const std::string waits = "read word < " + file("go") + "; ";  // without a process of its own
  FfmpegFinder finder(launch({file("ffmpeg-sh"), "-c", waits + file("ffmpeg") + " 60; true"}),
                      pipe_of_3_);
  ASSERT_TRUE(finds_certainly(finder, "ffmpeg-sh"));
  for (int looks = 0; looks < 20; ++looks) finder.find(start);
  std::ofstream(file("go")) << "go\n";
  FfmpegFinder other(child_, pipe_of_3_);
  ASSERT_TRUE(finds(other, "ffmpeg"));
  EXPECT_EQ(finder.find(start + 11s, Attention::usual), child_);
  EXPECT_EQ(finder.find(start + 11s, Attention::close), other.found());
}

TEST_F(FfmpegProcess, OneThatWasOrphanedToThisProgramIsFound) {
  if (!kernel_knows_subreapers()) GTEST_SKIP() << "this kernel knows no subreapers";
  ::prctl(PR_SET_CHILD_SUBREAPER, 1);
  FfmpegFinder finder(
      launch({"/bin/sh", "-c", "(setsid " + file("ffmpeg") + " 60 &) ; sleep 60; true"}),
      pipe_of_3_);
  ASSERT_TRUE(finds(finder, "ffmpeg"));
  EXPECT_EQ(orphaned_ffmpegs_holding(pipe_of_3_), std::vector{finder.found()});
  EXPECT_EQ(ffmpegs_holding(pipe_of_3_), std::vector{finder.found()});
  ::kill(finder.found(), SIGKILL);
  EXPECT_TRUE(poll_until([&] { return ::waitpid(finder.found(), nullptr, WNOHANG) != 0; }));
  ::prctl(PR_SET_CHILD_SUBREAPER, 0);
}

TEST_F(FfmpegProcess, AnIdentityIsOfOneProcessOnly) {
  launch({file("other"), "60"});
  const auto identity = ProcessIdentity::of(child_);
  EXPECT_TRUE(identity.is_there());
  EXPECT_FALSE((ProcessIdentity{identity.pid, identity.started + 1}.is_there()));
  ::kill(child_, SIGKILL);
  EXPECT_TRUE(poll_until([&] { return !identity.is_there(); })) << "a zombie is gone";
}

TEST_F(FfmpegProcess, BothEndsOfAPipeHaveOneNumber) {
  EXPECT_NE(pipe_of_3_, 0U);
  EXPECT_EQ(pipe_number(pipe_[1]), pipe_of_3_);
  const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  EXPECT_EQ(pipe_number(null), 0U);
  ::close(null);
}

}  // namespace
}  // namespace monitor::probes
