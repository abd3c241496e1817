#include <ctime>
#include <filesystem>
#include <iterator>
#include <string>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "monitor/probes/process.hpp"
#include "tests/monitor/kernel_knows.hpp"

namespace monitor::probes {
namespace {

using namespace std::chrono_literals;

const Instant start = Instant{} + 100h;

// A child that sleeps until it is killed. The name is set before the constructor returns.
class Sleeper {
 public:
  explicit Sleeper(const char* name = "sleeper") {
    int ready[2];
    if (pipe(ready) != 0) std::abort();
    pid_ = fork();
    if (pid_ == 0) {
      prctl(PR_SET_NAME, name);
      ::close(ready[0]);
      ::close(ready[1]);
      for (;;) pause();
    }
    ::close(ready[1]);
    char byte;
    if (::read(ready[0], &byte, 1) != 0) std::abort();
    ::close(ready[0]);
  }
  ~Sleeper() { end(); }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  pid_t pid() const { return pid_; }
  void stop() {
    kill(pid_, SIGSTOP);
    waitpid(pid_, nullptr, WUNTRACED);
  }
  // Leaves a zombie.
  void die() {
    kill(pid_, SIGKILL);
    siginfo_t info;
    waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT);
  }
  void end() {
    if (pid_ == 0) return;
    kill(pid_, SIGKILL);
    waitpid(pid_, nullptr, 0);
    pid_ = 0;
  }

 private:
  pid_t pid_ = 0;
};

// The state the child gets to, within 10 s: it may still be on its way into pause().
char state_of(ProcessProbe& probe, char wanted) {
  char state = '?';
  for (int i = 0; i < 1000 && state != wanted; ++i) {
    state = probe.read(start).value_or(ProcessSample{}).state;
    if (state != wanted) usleep(10'000);
  }
  return state;
}

std::ptrdiff_t open_descriptors() {
  const std::filesystem::directory_iterator all("/proc/self/fd");
  return std::distance(begin(all), end(all));
}

TEST(ProcessProbe, ReadsMemoryThreadsAndStateOfALiveProcess) {
  if (!kernel_tells_of_the_reader()) GTEST_SKIP() << "this kernel tells nothing of who reads /proc";
  ProcessProbe probe(getpid());
  const auto sample = probe.read(start);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->state, 'R');
  EXPECT_GT(sample->rss_bytes, 1'000'000);
  EXPECT_EQ(sample->rss_bytes % sysconf(_SC_PAGESIZE), 0);
  EXPECT_GT(sample->cpus_allowed, 0);
  EXPECT_EQ(sample->cpu_percent, 0) << "there was no reading before";
}

// As the kernel lists them: a sanitizer has a thread of its own.
int threads_of(pid_t pid) {
  const std::filesystem::directory_iterator threads("/proc/" + std::to_string(pid) + "/task");
  return static_cast<int>(std::distance(begin(threads), end(threads)));
}

TEST(ProcessProbe, CountsThreads) {
  if (!kernel_tells_of_the_reader()) GTEST_SKIP() << "this kernel tells nothing of who reads /proc";
  ProcessProbe probe(getpid());
  std::jthread thread([](std::stop_token stop) {
    while (!stop.stop_requested()) std::this_thread::yield();
  });
  EXPECT_GT(probe.read(start)->threads, 1);
  EXPECT_EQ(probe.read(start)->threads, threads_of(getpid()));
}

TEST(ProcessProbe, CpuIsTheShareOfTheTimeSinceTheReadingBefore) {
  if (!kernel_tells_of_the_reader()) GTEST_SKIP() << "this kernel tells nothing of who reads /proc";
  ProcessProbe probe(getpid());
  const std::clock_t begin = std::clock();
  probe.read(start);
  while (std::clock() - begin < CLOCKS_PER_SEC / 5) {
  }
  const double used = static_cast<double>(std::clock() - begin) / CLOCKS_PER_SEC;
  // The kernel counts in ticks of 10 ms, of user and system time each.
  EXPECT_NEAR(probe.read(start + 2s)->cpu_percent, used / 2 * 100, 2);
  EXPECT_LT(probe.read(start + 1000s)->cpu_percent, 1);
}

TEST(ProcessProbe, CountsTheCpuTimeAndTheWrittenBytesOfItsLife) {
  if (!kernel_tells_of_the_reader()) GTEST_SKIP() << "this kernel tells nothing of who reads /proc";
  ProcessProbe probe(getpid());
  const auto before = probe.read(start);
  ASSERT_TRUE(before && before->written_bytes);
  const int nowhere = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  ASSERT_EQ(::write(nowhere, "0123456789", 10), 10);
  ::close(nowhere);
  const std::clock_t begin = std::clock();
  while (std::clock() - begin < CLOCKS_PER_SEC / 10) {
  }
  const auto after = probe.read(start + 1s);
  EXPECT_GE(*after->written_bytes, *before->written_bytes + 10);
  EXPECT_GE(after->cpu_time - before->cpu_time, 70ms) << "in ticks of 10 ms";
}

TEST(ProcessProbe, TwoReadingsAtTheSameMomentAreNoDivisionByZero) {
  ProcessProbe probe(getpid());
  probe.read(start);
  EXPECT_EQ(probe.read(start)->cpu_percent, 0);
}

TEST(ProcessProbe, ANameOfSpacesAndParenthesesMisleadsNothing) {
  Sleeper child("a) R (b) Z 1 2");
  ProcessProbe probe(child.pid());
  EXPECT_EQ(state_of(probe, 'S'), 'S');
  EXPECT_EQ(probe.read(start)->threads, threads_of(child.pid()));
}

TEST(ProcessProbe, SeesAStoppedProcess) {
  Sleeper child;
  ProcessProbe probe(child.pid());
  child.stop();
  const auto sample = probe.read(start);
  ASSERT_TRUE(sample);
  EXPECT_EQ(sample->state, 'T');
  EXPECT_TRUE(is_stopped(*sample));
}

TEST(ProcessProbe, SeesAZombie) {
  Sleeper child;
  ProcessProbe probe(child.pid());
  child.die();
  EXPECT_EQ(state_of(probe, 'Z'), 'Z');
  EXPECT_EQ(probe.read(start)->rss_bytes, 0);
}

TEST(ProcessProbe, ReadsNothingOnceTheProcessIsGone) {
  Sleeper child;
  const pid_t pid = child.pid();
  ProcessProbe probe(pid);
  child.end();
  EXPECT_FALSE(probe.read(start));
  EXPECT_FALSE(ProcessProbe(pid).read(start));
}

TEST(ProcessProbe, MovesWithItsMemoryAndLeavesNothingOpen) {
  const auto before = open_descriptors();
  {
    ProcessProbe first(getpid());
    first.read(start);
    ProcessProbe second(std::move(first));
    EXPECT_TRUE(second.read(start + 1s));
    ProcessProbe third(getppid());
    third = std::move(second);
    EXPECT_TRUE(third.read(start + 2s));
    EXPECT_EQ(open_descriptors(), before + 2);
  }
  EXPECT_EQ(open_descriptors(), before);
}

}  // namespace
}  // namespace monitor::probes
