#include "supervisor/ffmpeg/pipeline.hpp"

#include <array>
#include <cstdlib>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

namespace supervisor {
namespace {

using recovery::Pipeline;

const FfmpegCommand through_both({"ffmpeg", "-i", "pipe:0", "-f", "mpegts", "pipe:1"});
const FfmpegCommand through_neither({"ffmpeg", "-i", "in.ts", "out.ts"});

class Pipe {
 public:
  Pipe() { EXPECT_EQ(pipe2(ends_.data(), O_CLOEXEC), 0); }
  ~Pipe() {
    close_reader();
    close_writer();
  }
  int reader() const { return ends_[0]; }
  int writer() const { return ends_[1]; }
  void close_reader() { close_end(0); }
  void close_writer() { close_end(1); }

 private:
  void close_end(std::size_t end) {
    if (ends_[end] >= 0) close(ends_[end]);
    ends_[end] = -1;
  }
  std::array<int, 2> ends_{-1, -1};
};

TEST(PipelineState, PipesWithBothEndsOpenCanGoOn) {
  const Pipe in, out;
  EXPECT_EQ(pipeline_state(through_both, in.reader(), out.writer()), Pipeline::open);
}

TEST(PipelineState, InputThatWasWrittenButNotReadHasNotEnded) {
  Pipe in;
  const Pipe out;
  ASSERT_EQ(write(in.writer(), "x", 1), 1);
  in.close_writer();
  EXPECT_EQ(pipeline_state(through_both, in.reader(), out.writer()), Pipeline::open);
  char byte = 0;
  ASSERT_EQ(read(in.reader(), &byte, 1), 1);
  EXPECT_EQ(pipeline_state(through_both, in.reader(), out.writer()), Pipeline::input_ended);
}

TEST(PipelineState, AReaderThatLeftClosesTheOutput) {
  const Pipe in;
  Pipe out;
  out.close_reader();
  EXPECT_EQ(pipeline_state(through_both, in.reader(), out.writer()), Pipeline::output_closed);
}

TEST(PipelineState, AFileHasEndedWhereItWasReadToItsEnd) {
  char name[] = "/tmp/pipeline_test.XXXXXX";
  const int file = mkstemp(name);
  ASSERT_GE(file, 0);
  unlink(name);
  ASSERT_EQ(write(file, "data", 4), 4);
  const Pipe out;
  EXPECT_EQ(pipeline_state(through_both, file, out.writer()), Pipeline::input_ended);
  ASSERT_EQ(lseek(file, 0, SEEK_SET), 0);
  EXPECT_EQ(pipeline_state(through_both, file, out.writer()), Pipeline::open);
  close(file);
}

TEST(PipelineState, ACommandThatDoesNotStreamThroughThemHasNoPipeline) {
  Pipe in, out;
  in.close_writer();
  out.close_reader();
  EXPECT_EQ(pipeline_state(through_neither, in.reader(), out.writer()), Pipeline::open);
}

TEST(PipelineState, NullDevicesNeverEnd) {
  const int null = open("/dev/null", O_RDWR | O_CLOEXEC);
  EXPECT_EQ(pipeline_state(through_both, null, null), Pipeline::open);
  close(null);
}

}  // namespace
}  // namespace supervisor
