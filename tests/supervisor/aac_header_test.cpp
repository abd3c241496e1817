#include "supervisor/hold/aac_header.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

using Words = std::vector<std::string>;

const FfmpegHelp& help() {
  static const FfmpegHelp known = [] {
    FfmpegHelp help;
    help.muxers["mp4"].options = {"movflags"};
    help.muxers["flv"].options = {"flvflags"};
    return help;
  }();
  return known;
}

TEST(AacHeader, Mp4AndItsKinGetItOfAFilter) {
  const Words filter = {"-bsf:a", "aac_adtstoasc"};
  EXPECT_EQ(aac_header("mp4", {"-movflags", "empty_moov"}, help()).options, filter);
  EXPECT_EQ(aac_header("dash", {}, help()).options, filter);
  EXPECT_EQ(aac_header("hls", {"-hls_segment_type", "fmp4"}, help()).options, filter);
}

TEST(AacHeader, OthersTakeTheFramesAsTheyAre) {
  for (const char* muxer : {"flv", "mpegts", "adts", "hls"}) {
    EXPECT_EQ(aac_header(muxer, {}, help()).options, Words{}) << muxer;
    EXPECT_EQ(aac_header(muxer, {}, help()).refusal, "") << muxer;
  }
}

TEST(AacHeader, TheUsersOwnFilterIsLeftAlone) {
  EXPECT_EQ(aac_header("mp4", {"-bsf:a", "aac_adtstoasc,other"}, help()).options, Words{});
  EXPECT_EQ(aac_header("mp4", {"-bsf:v", "other"}, help()).options.size(), 2U);
}

TEST(AacHeader, WhatNeedsItBeforeTheFirstFrameIsRefused) {
  for (const char* muxer : {"rtsp", "rtp", "matroska"}) {
    EXPECT_NE(aac_header(muxer, {}, help()).refusal.find(muxer), std::string::npos);
  }
}

TEST(DashTags, AreThoseOfItsCodecs) {
  EXPECT_EQ(dash_tags("dash", {}, "h264", "aac"), (Words{"-tag:v", "avc1", "-tag:a", "mp4a"}));
  EXPECT_EQ(dash_tags("dash", {}, "hevc", "opus"), (Words{"-tag:v", "hvc1"}));
  EXPECT_EQ(dash_tags("dash", {"-tag:v", "hev1"}, "hevc", "aac"), Words{});
  EXPECT_EQ(dash_tags("hls", {}, "h264", "aac"), Words{});
}

}  // namespace
}  // namespace supervisor
