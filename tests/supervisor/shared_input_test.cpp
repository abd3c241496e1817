// What the command and its fallback both read.

#include "supervisor/hold/shared_input.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

std::string shared(std::vector<std::string> one, std::vector<std::string> other) {
  for (auto* each : {&one, &other}) {
    each->insert(each->begin(), "ffmpeg");
    each->insert(each->end(), {"-f", "flv", "rtmp://h/a/k"});
  }
  return shared_input(FfmpegCommand(one), FfmpegCommand(other));
}

TEST(SharedInput, FilesAndGraphsCanBeReadTwice) {
  EXPECT_EQ(shared({"-loop", "1", "-i", "cover.png", "-i", "http://radio/a"},
                   {"-loop", "1", "-i", "cover.png", "-i", "jingle.mp3"}),
            "");
  EXPECT_EQ(shared({"-f", "lavfi", "-i", "anullsrc"}, {"-f", "lavfi", "-i", "anullsrc"}), "");
}

TEST(SharedInput, WhatIsThereForOneAloneIsNamed) {
  EXPECT_EQ(shared({"-i", "udp://@:5000"}, {"-i", "udp://@:5000"}), "udp://@:5000");
  EXPECT_EQ(shared({"-f", "alsa", "-i", "hw:0"}, {"-i", "x.mp4", "-f", "alsa", "-i", "hw:0"}),
            "hw:0");
  EXPECT_EQ(shared({"-f", "v4l2", "-i", "/dev/video0"}, {"-f", "v4l2", "-i", "/dev/video0"}),
            "/dev/video0");
  EXPECT_EQ(shared({"-i", "rtsp://camera/1"}, {"-i", "rtsp://camera/1"}), "rtsp://camera/1");
  EXPECT_EQ(shared({"-i", "-"}, {"-i", "-"}), "-");
}

TEST(SharedInput, OthersAreNot) {
  EXPECT_EQ(shared({"-i", "udp://@:5000"}, {"-i", "udp://@:5001"}), "");
}

}  // namespace
}  // namespace supervisor
