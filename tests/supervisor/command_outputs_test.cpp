#include "supervisor/ffmpeg/command_outputs.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

using monitor::Output;
using Link = Output::Link;

std::vector<Output> outputs(std::vector<std::string> rest) {
  rest.insert(rest.begin(), {"ffmpeg", "-i", "x"});
  const FfmpegCommand command(std::move(rest));
  const auto found = command_outputs(command);
  EXPECT_EQ(found.size(), command.endpoints().outputs.size());
  return found;
}

std::string names(const std::vector<Output>& outputs) {
  std::string all;
  for (const Output& output : outputs) all += (all.empty() ? "" : " ") + output.name;
  return all;
}

TEST(CommandOutputs, EachHasAName) {
  EXPECT_EQ(names(outputs({"-f", "flv", "rtmp://User:pw@A.example/live/k"})), "a.example");
  EXPECT_EQ(names(outputs({"rtmp://h/a/1", "rtmp://h:1936/a/2", "rtmp://h/a/3"})), "h h-2 h-3");
  EXPECT_EQ(names(outputs({"a.mp4", "b.mp4", "-", "-f", "null", "-"})), "file file-2 stdout null");
  EXPECT_EQ(names(outputs({"udp://@239.0.0.1:1234?ttl=2", "srt://[::1]:9000", "pipe:5"})),
            "239.0.0.1 ::1 pipe");
}

TEST(CommandOutputs, ATeesLegsAreOutputs) {
  const auto legs = outputs({"-f", "tee",
                             "[f=flv:onfail=ignore]rtmp://a/l/k|[f=flv]rtmp://b/l/k|[f=mpegts:"
                             "onfail=ignore]rec.ts"});
  EXPECT_EQ(names(legs), "a b file");
  EXPECT_TRUE(legs[0].may_be_missing);
  EXPECT_FALSE(legs[1].may_be_missing) << "FFmpeg ends with it";
  EXPECT_EQ(legs[0].link, Link::lasting);
  EXPECT_EQ(legs[2].link, Link::none);
  EXPECT_TRUE(legs[0].is_rtmp);
  EXPECT_TRUE(legs[0].awaits_answer);
}

TEST(CommandOutputs, AFifoPutsOutWithoutAConnection) {
  const auto fifo =
      outputs({"-f", "fifo", "-fifo_format", "flv", "-attempt_recovery", "1", "rtmp://h/a/k"});
  EXPECT_TRUE(fifo[0].may_be_missing && fifo[0].reconnects);
  const auto legs = outputs({"-f", "tee", "-use_fifo", "1", "-fifo_options", "attempt_recovery=1",
                             "[f=flv]rtmp://a/l/k|[f=flv:use_fifo=0]rtmp://b/l/k"});
  EXPECT_TRUE(legs[0].may_be_missing && legs[0].reconnects);
  EXPECT_FALSE(legs[1].may_be_missing);
}

TEST(CommandOutputs, SegmentsOfASegmentingMuxerAreNoLastingConnection) {
  EXPECT_EQ(outputs({"-f", "hls", "-method", "PUT", "https://h/a.m3u8"})[0].link, Link::by_part);
  EXPECT_EQ(outputs({"https://h/a.mpd?key=1"})[0].link, Link::by_part);
  EXPECT_EQ(outputs({"-f", "mpegts", "https://h/a"})[0].link, Link::lasting);
  EXPECT_EQ(outputs({"-f", "flv", "-listen", "1", "rtmp://0.0.0.0/a/k"})[0].link, Link::none);
}

TEST(CommandOutputs, WhatCannotBeSeenIsSaid) {
  for (const char* url : {"udp://h:1", "rtp://h:1", "a.ts"}) {
    EXPECT_FALSE(outputs({url})[0].unseen.empty()) << url;
  }
  EXPECT_FALSE(outputs({"-f", "hls", "https://h/a.m3u8"})[0].unseen.empty());
  for (const char* url : {"rtmp://h/a/k", "icecast://s:p@h/m", "srt://h:1", "-", "/dev/null"}) {
    EXPECT_TRUE(outputs({url})[0].unseen.empty()) << url;
  }
}

}  // namespace
}  // namespace supervisor
