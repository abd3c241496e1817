// Which side of a command waits for a connection itself.

#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "supervisor/ffmpeg/ffmpeg_command.hpp"

namespace supervisor {
namespace {

using Words = std::vector<std::string>;

FfmpegCommand command(Words input, const Words& output = {"-f", "null", "-"}) {
  Words argv{"ffmpeg"};
  argv.insert(argv.end(), input.begin(), input.end());
  argv.insert(argv.end(), output.begin(), output.end());
  return FfmpegCommand(argv);
}

TEST(FfmpegListens, AsASourceByOptionOrQuery) {
  for (const Words& input : {Words{"-listen", "1", "-i", "rtmp://0.0.0.0/live/x"},
                             {"-listen", "1", "-i", "http://0.0.0.0:8080"},
                             {"-i", "tcp://0.0.0.0:9000?listen=1"},
                             {"-i", "srt://0.0.0.0:9000?mode=listener"},
                             {"-mode", "listener", "-i", "srt://0.0.0.0:9000"},
                             {"-rtsp_flags", "listen", "-i", "rtsp://0.0.0.0/x"}}) {
    EXPECT_TRUE(command(input).source_listens()) << input.back();
    EXPECT_FALSE(command(input).sink_listens()) << input.back();
  }
}

TEST(FfmpegListens, NotWhereItCalls) {
  for (const Words& input : {Words{"-i", "rtmp://h/live/x"},
                             {"-listen", "0", "-i", "http://h/x"},
                             {"-i", "tcp://h:9000?listen=0"},
                             {"-i", "srt://h:9000?mode=caller"},
                             {"-i", "http://h/listen/radio.mp3?a=listen"}}) {
    EXPECT_FALSE(command(input).source_listens()) << input.back();
  }
}

TEST(FfmpegListens, AsASink) {
  const FfmpegCommand listens =
      command({"-i", "in.mp3"}, {"-f", "mpegts", "srt://0.0.0.0:9000?mode=listener"});
  EXPECT_TRUE(listens.sink_listens());
  EXPECT_FALSE(listens.source_listens());
}

TEST(FfmpegRecovers, OnlyItsFifoMuxerThatIsAskedTo) {
  const Words fifo{"-f", "fifo",           "-fifo_format", "flv", "-attempt_recovery",
                   "1",  "rtmp://h/live/x"};
  EXPECT_TRUE(command({"-i", "in.mp3"}, fifo).recovers_output());
  EXPECT_FALSE(command({"-i", "in.mp3"}, {"-f", "fifo", "-fifo_format", "flv", "rtmp://h/live/x"})
                   .recovers_output());
  EXPECT_FALSE(command({"-i", "in.mp3"}, {"-f", "flv", "rtmp://h/live/x"}).recovers_output());
}

}  // namespace
}  // namespace supervisor
