#include "monitor/probes/thread_waits.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "tests/monitor/kernel_knows.hpp"
#include "tests/monitor/made_up_machine.hpp"

namespace monitor::probes {
namespace {

class Waits : public MadeUpMachine {
 protected:
  std::string fifo(const char* name) {
    const std::string path = proc().parent_path() / name;
    EXPECT_EQ(mkfifo(path.c_str(), 0600), 0);
    return path;
  }
  // A made-up thread of process 7; the kernel's own files, as Linux writes them.
  void thread(const char* number, const std::string& wchan, const std::string& syscall = "running",
              const std::string& comm = "ffmpeg", int wakeups = 0) {
    const auto folder = proc() / "7/task" / number;
    write(folder / "wchan", wchan);
    write(folder / "syscall", syscall + "\n");
    write(folder / "comm", comm + "\n");
    write(folder / "status", "Name:\tffmpeg\nvoluntary_ctxt_switches:\t" + std::to_string(wakeups) +
                                 "\nnonvoluntary_ctxt_switches:\t9\n");
  }
  WaitSample sample_of_7(bool may_read_srt = true) const {
    return ThreadWaits(7, 0, may_read_srt, proc()).read().value_or(WaitSample{});
  }
  static bool reads_pipe(ThreadWaits& probe) {
    const auto sample = probe.read();
    return sample && sample->reads_pipe;
  }
};

// FFmpeg with these arguments, its progress written to `progress`.
template <std::size_t size>
void become_ffmpeg(int progress, std::array<const char*, size> arguments) {
  dup2(progress, 1);
  dup2(::open("/dev/null", O_RDWR), 0);
  std::array<const char*, size + 7> argv{"ffmpeg", "-v", "fatal", "-progress", "pipe:1", "-y"};
  std::copy(arguments.begin(), arguments.end(), argv.begin() + 6);
  execvp("ffmpeg", const_cast<char* const*>(argv.data()));
  _exit(127);
}

class WaitsOfFfmpeg : public Waits {
 protected:
  void SetUp() override {
    Waits::SetUp();
    ASSERT_EQ(pipe2(progress_, O_CLOEXEC | O_NONBLOCK), 0);
  }
  void TearDown() override {
    ::close(progress_[0]);
    ::close(progress_[1]);
    Waits::TearDown();
  }
  bool comes_to_wait(pid_t pid) const {
    ThreadWaits probe(pid, 0, true);
    return eventually([&] { return reads_pipe(probe); });
  }
  int progress() const { return progress_[1]; }
  std::string progress_read() const {
    std::string text(65536, '\0');
    const ssize_t got = ::read(progress_[0], text.data(), text.size());
    text.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    return text;
  }

 private:
  int progress_[2] = {-1, -1};
};

TEST_F(WaitsOfFfmpeg, AFifoNobodyWritesToIsWaitedFor) {
  if (!kernel_numbers_calls_as_here()) GTEST_SKIP() << "this kernel has other numbers of calls";
  const std::string path = fifo("in");
  const Child ffmpeg([&] {
    become_ffmpeg(progress(), std::array{"-i", path.c_str(), "-f", "null", "/dev/null"});
  });
  ffmpeg.go();
  EXPECT_TRUE(comes_to_wait(ffmpeg.pid()));
}

TEST_F(WaitsOfFfmpeg, AFifoWhoseWriterStallsIsWaitedFor) {
  const std::string path = fifo("in");
  const Child ffmpeg([&] {
    become_ffmpeg(progress(), std::array{"-f", "s16le", "-i", path.c_str(), "-f", "null", "-"});
  });
  ffmpeg.go();
  const int writer = ::open(path.c_str(), O_WRONLY);  // comes back once FFmpeg has opened it
  const std::string second_of_sound(44100 * 2, '\0');
  ASSERT_EQ(::write(writer, second_of_sound.data(), second_of_sound.size()),
            static_cast<ssize_t>(second_of_sound.size()));
  EXPECT_TRUE(comes_to_wait(ffmpeg.pid()));
  ::close(writer);
}

TEST_F(WaitsOfFfmpeg, AHealthyOneAndOneThatCannotWriteItsProgressDoNotWait) {
  const Child ffmpeg([&] {
    fcntl(progress(), F_SETFL, 0);          // blocking, as the supervisor gives it
    fcntl(progress(), F_SETPIPE_SZ, 4096);  // full after some 20 blocks
    become_ffmpeg(progress(), std::array{"-stats_period", "0.02", "-re", "-f", "lavfi", "-i",
                                         "sine", "-f", "null", "/dev/null"});
  });
  ffmpeg.go();
  ThreadWaits probe(ffmpeg.pid(), 0, true);
  bool waited = false;
  EXPECT_TRUE(eventually([&] {
    waited = waited || reads_pipe(probe);
    std::ifstream stream("/proc/" + std::to_string(ffmpeg.pid()) + "/wchan");
    std::string wchan;
    stream >> wchan;
    return wchan.ends_with("pipe_write");
  }));
  EXPECT_FALSE(waited);
  EXPECT_NE(progress_read().find("progress=continue"), std::string::npos);
}

TEST_F(Waits, AProcessThatIsGoneWaitsForNothing) {
  if (!kernel_numbers_calls_as_here()) GTEST_SKIP() << "this kernel has other numbers of calls";
  const std::string path = fifo("in");
  Child child([&] { [[maybe_unused]] const int fd = ::open(path.c_str(), O_RDONLY); });
  ThreadWaits probe(child.pid(), 0, true);
  child.go();
  EXPECT_TRUE(eventually([&] { return reads_pipe(probe); }));
  child.end(SIGKILL);
  EXPECT_FALSE(reads_pipe(probe));
}

TEST_F(Waits, AMachineThatNamesNoFunctionTellsNothing) {
  thread("7", "0");
  EXPECT_EQ(sample_of_7().is_known, false);
  thread("8", "futex_do_wait");
  EXPECT_EQ(sample_of_7().is_known, true);
}

TEST_F(Waits, WithUsualAttentionWhatToldNothingIsNotLookedAtAgain) {
  thread("7", "futex_do_wait");
  ThreadWaits probe(7, 0, true, proc());
  EXPECT_TRUE(probe.read(Attention::usual)->is_known) << "the first time it is";
  thread("7", "anon_pipe_read");
  const auto usual = probe.read(Attention::usual);
  EXPECT_TRUE(usual->is_known);
  EXPECT_FALSE(usual->reads_pipe);
  EXPECT_TRUE(probe.read(Attention::close)->reads_pipe);
}

TEST_F(Waits, WhatWaitsForAPipeIsLookedAtUntilItDoesNot) {
  thread("7", "anon_pipe_read");
  ThreadWaits probe(7, 0, true, proc());
  EXPECT_TRUE(probe.read(Attention::usual)->reads_pipe);
  thread("7", "futex_do_wait");
  EXPECT_FALSE(probe.read(Attention::usual)->reads_pipe);
}

TEST_F(Waits, AnOldKernelsPipeWaitIsToldByTheCall) {
  thread("7", "pipe_wait",
         std::to_string(SYS_read) + " 0x3 0x55d0 0x1000 0x0 0x0 0x0 0x7ffc 0x7f00");
  EXPECT_TRUE(sample_of_7().reads_pipe);
}

TEST_F(Waits, WhereTheCallMayNotBeSeenNothingIsClaimed) {
  for (const char* function : {"pipe_wait", "anon_pipe_write", "wait_for_partner"}) {
    thread("7", function, "");
    const WaitSample sample = sample_of_7();
    EXPECT_FALSE(sample.reads_pipe || sample.writes_pipe || sample.awaits_reader) << function;
  }
}

TEST_F(Waits, TheOpeningOfAFifoIsToldByItsFlags) {
  thread("7", "wait_for_partner",
         std::to_string(SYS_openat) + " 0xffffff9c 0x55c2 0x241 0x1b6 0x0");
  EXPECT_TRUE(sample_of_7().awaits_reader);
  EXPECT_FALSE(sample_of_7().reads_pipe);
  thread("7", "wait_for_partner", std::to_string(SYS_openat) + " 0xffffff9c 0x55c2 0x0 0x0 0x0");
  EXPECT_FALSE(sample_of_7().awaits_reader);
  EXPECT_TRUE(sample_of_7().reads_pipe);
}

TEST_F(Waits, AThreadThatReceivesIsCountedWithItsWakeups) {
  thread("7", "futex_do_wait");
  thread("9", "__skb_wait_for_more_packets", "45 0x3 0x55ef 0x10000", "ffmpeg", 120);
  EXPECT_EQ(sample_of_7().receivers, (std::vector<WaitSample::Receiver>{{9, 120}}));
}

TEST_F(Waits, TheThreadsOfAnSrtOutputReceiveNoMedia) {
  thread("70", "__skb_wait_for_more_packets", "running", "SRT:RcvQ:w1", 12);
  thread("71", "__skb_wait_for_more_packets", "running", "ffmpeg", 7);
  EXPECT_EQ(sample_of_7(true).receivers.size(), 2U);
  const auto receivers = sample_of_7(false).receivers;
  ASSERT_EQ(receivers.size(), 1U);
  EXPECT_EQ(receivers.front().thread, 71);
}

TEST_F(Waits, SrtHandsOnInAThreadOfItsOwn) {
  thread("7", "futex_do_wait");
  thread("9", "__skb_wait_for_more_packets", "47 0x4 0x7f15 0x0", "SRT:RcvQ:w1", 945);
  thread("11", "futex_do_wait", "202 0x7f15 0x189 0x0", "SRT:TsbPd", 258);
  ThreadWaits probe(7, 0, true, proc());
  probe.read();
  const auto sample = probe.read();
  ASSERT_TRUE(sample);
  EXPECT_NE(std::ranges::find(sample->receivers, WaitSample::Receiver{11, 258}),
            sample->receivers.end());
}

// A child that writes to a pipe of the test's until it is full.
class WaitsOfWriter : public Waits {
 protected:
  void SetUp() override {
    Waits::SetUp();
    ASSERT_EQ(pipe2(pipe_, O_CLOEXEC), 0);
  }
  void TearDown() override {
    ::close(pipe_[0]);
    ::close(pipe_[1]);
    Waits::TearDown();
  }
  // At this descriptor of its own.
  void fill(int descriptor) const {
    dup2(pipe_[1], descriptor);
    for (;;) {
      if (::write(descriptor, "media", 5) < 0) _exit(1);
    }
  }
  std::uint64_t number() const {
    struct stat status {};
    EXPECT_EQ(fstat(pipe_[1], &status), 0);
    return status.st_ino;
  }
  static bool sleeps_in_write(pid_t pid) {
    std::ifstream stream("/proc/" + std::to_string(pid) + "/wchan");
    std::string wchan;
    stream >> wchan;
    return wchan.ends_with("pipe_write");
  }

 private:
  int pipe_[2] = {-1, -1};
};

TEST_F(WaitsOfWriter, AnOutputsPipeThatIsFullIsNamedByItsDescriptor) {
  if (!kernel_numbers_calls_as_here()) GTEST_SKIP() << "this kernel has other numbers of calls";
  const Child child([&] { fill(1); });
  child.go();
  ThreadWaits probe(child.pid(), 0, true);
  EXPECT_TRUE(eventually([&] { return probe.read()->writes_pipe == 1; }));
}

TEST_F(WaitsOfWriter, TheProgressPipeAndTheLogAreNoOutputs) {
  const Child progress([&] { fill(5); });
  const Child log([&] { fill(2); });
  progress.go();
  log.go();
  ThreadWaits of_progress(progress.pid(), number(), true);
  ThreadWaits of_log(log.pid(), 0, true);
  ASSERT_TRUE(
      eventually([&] { return sleeps_in_write(progress.pid()) && sleeps_in_write(log.pid()); }));
  EXPECT_EQ(of_progress.read()->writes_pipe, std::nullopt);
  EXPECT_EQ(of_log.read()->writes_pipe, std::nullopt);
}

}  // namespace
}  // namespace monitor::probes
