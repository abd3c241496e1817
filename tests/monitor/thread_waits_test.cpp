#include "monitor/probes/thread_waits.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <fstream>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

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
    ThreadWaits probe(pid);
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
  ThreadWaits probe(ffmpeg.pid());
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
  const std::string path = fifo("in");
  Child child([&] { [[maybe_unused]] const int fd = ::open(path.c_str(), O_RDONLY); });
  ThreadWaits probe(child.pid());
  child.go();
  EXPECT_TRUE(eventually([&] { return reads_pipe(probe); }));
  child.end(SIGKILL);
  EXPECT_FALSE(reads_pipe(probe));
}

}  // namespace
}  // namespace monitor::probes
