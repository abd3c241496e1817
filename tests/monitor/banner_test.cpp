#include "monitor/ffmpeg/banner.hpp"

#include <gtest/gtest.h>

namespace monitor {
namespace {

bool is_banner(const char* line) {
  return is_banner_line(parse_log_line(line));
}

TEST(Banner, IsWhatEveryFfmpegSaysOfItself) {
  for (const char* line :
       {"[info] ffmpeg version 5.1.6-0+deb12u1 Copyright (c) 2000-2024 the FFmpeg developers",
        "ffmpeg version n7.1 Copyright (c) 2000-2024 the FFmpeg developers",
        "[info]   built with gcc 12 (Debian 12.2.0-14)",
        "[info]   configuration: --prefix=/usr --enable-gpl --enable-libx264",
        "[info]   libavutil      57. 28.100 / 57. 28.100",
        "[info]   libswresample   4.  7.100 /  4.  7.100",
        "[info]   libpostproc    56.  6.100 / 56.  6.100"}) {
    EXPECT_TRUE(is_banner(line)) << line;
  }
}

TEST(Banner, NothingThatTellsOfTheStreamIs) {
  for (const char* line :
       {"[info] Input #0, mp3, from 'http://h/radio.mp3':", "[info]   Duration: N/A, start: 0.0",
        "[error] ffmpeg version 5 Copyright", "[libx264 @ 0x5] [info] using SAR=1/1",
        "[warning]   configuration: changed", "[info]   libx264 / libfdk",
        "[info] Stream mapping:", "[info]     title           : built with love", ""}) {
    EXPECT_FALSE(is_banner(line)) << line;
  }
}

}  // namespace
}  // namespace monitor
