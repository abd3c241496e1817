// How a command is meant to end by itself, as its words show.
#include "supervisor/ffmpeg/own_end.hpp"

#include <sstream>

#include <gtest/gtest.h>

namespace supervisor {
namespace {

using namespace std::chrono_literals;
using monitor::Duration;

recovery::OwnEnd of(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> argv;
  for (std::string word; words >> word;) argv.push_back(word);
  return own_end_of(FfmpegCommand(argv));
}

TEST(OwnEndOf, FilesIsTheirs) {
  for (const char* command :
       {"ffmpeg -re -i a.mp4 -f flv rtmp://h/a/b", "ffmpeg -i file:/srv/a.mp3 -f null -",
        "ffmpeg -stream_loop 3 -i a.mp4 b.ts", "ffmpeg -f concat -i list.txt -f flv rtmp://h/a/b",
        "ffmpeg -re -i a.mp4 -i b.wav -f flv rtmp://h/a/b",
        "ffmpeg -f lavfi -i testsrc=d=10 -f null -",
        "ffmpeg -f lavfi -i sine=frequency=440:duration=5 -f null -",
        "ffmpeg -loop 1 -i a.png -i b.mp3 -shortest -f flv rtmp://h/a/b",
        "ffmpeg -re -t 5 -i rtmp://h/a/b -i a.mp4 -shortest -f null -",
        "ffmpeg -i concat:a.ts|b.ts -f null -", "ffmpeg -i rtmp://h/a/b -frames:v 1 a.jpg"})
    EXPECT_EQ(of(command).after_output, Duration::zero()) << command;
}

TEST(OwnEndOf, WhatIsLiveIsNone) {
  for (const char* command :
       {"ffmpeg -i rtmp://h/a/b -f null -", "ffmpeg -i http://h/a.mp3 -f null -",
        "ffmpeg -re -stream_loop -1 -i a.mp4 -f null -", "ffmpeg -f lavfi -i testsrc -f null -",
        "ffmpeg -f lavfi -i testsrc=d=5;sine -f null -", "ffmpeg -loop 1 -i a.png -f null -",
        "ffmpeg -f v4l2 -i /dev/video0 -f null -", "ffmpeg -f pulse -i default -f null -",
        "ffmpeg -i - -f null -", "ffmpeg -i pipe:0 -f null -", "ffmpeg -i session.sdp -f null -",
        "ffmpeg -i live.m3u8 -f null -", "ffmpeg -i a.mp4 -i rtmp://h/a/b -f null -",
        "ffmpeg -follow 1 -i a.ts -f null -", "ffmpeg -i /dev/stdin -f null -",
        "ffmpeg -i rtmp://h/a/b -t 5 a.ts -f null -", "sh -c ffmpeg", "gst-launch a ! b"})
    EXPECT_EQ(of(command).after_output, std::nullopt) << command;
}

TEST(OwnEndOf, ATimeIsItsOutputs) {
  EXPECT_EQ(of("ffmpeg -i rtmp://h/a/b -t 10:00:00 -f null -").after_output, 10h);
  EXPECT_EQ(of("ffmpeg -i rtmp://h/a/b -to 90 -f null -").after_output, 90s);
  EXPECT_EQ(of("ffmpeg -i rtmp://h/a/b -ss 30 -to 90 -f null -").after_output, 60s);
  EXPECT_EQ(of("ffmpeg -t 20 -i rtmp://h/a/b -f null -").after_output, 20s);
  EXPECT_EQ(of("ffmpeg -stream_loop -1 -i a.mp4 -t 60 b.ts -t 30 c.ts").after_output, 60s);
  EXPECT_EQ(of("ffmpeg -i a.mp4 -t 60 b.ts").after_output, 0s);
}

TEST(OwnEndOf, AWrapperIsItsTime) {
  EXPECT_EQ(of("timeout 10h ffmpeg -i rtmp://h/a/b -f null -").after_life, 10h);
  EXPECT_EQ(of("timeout -k 5 -s INT 90 ffmpeg -i rtmp://h/a/b -f null -").after_life, 90s);
  EXPECT_EQ(of("nice timeout --foreground 1.5m ffmpeg -i x -f null -").after_life, 90s);
  EXPECT_EQ(of("timeout 2d timeout 3s ffmpeg -i x -f null -").after_life, 3s);
  for (const char* command : {"timeout 0 ffmpeg -i x -f null -", "timeout x ffmpeg -i x -f null -",
                              "nice -n 5 ffmpeg -i x -f null -", "timeout"})
    EXPECT_EQ(of(command).after_life, std::nullopt) << command;
}

}  // namespace
}  // namespace supervisor
