#include "monitor/probes/target.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "monitor/text/url.hpp"

namespace monitor::probes {
namespace {

TEST(Target, AnInputIsProbedByWhatItIs) {
  const std::pair<const char*, Reach> cases[] = {
      {"http://h:8000/radio.mp3", Reach::media},
      {"https://h/live.m3u8", Reach::media},
      {"rtmp://h/live/key", Reach::tcp},
      {"rtmps://h/live/key", Reach::tcp},
      {"rtsp://user:pass@camera/1", Reach::rtsp},
      {"tcp://h:9000", Reach::tcp},
      {"mmsh://h/x", Reach::tcp},
      {"/srv/loop.mp4", Reach::path},
      {"loop.mp4", Reach::path},
      {"img%03d.png", Reach::path},
      {"file:/srv/a:b.mp3", Reach::path},
      {"./a:b.mp3", Reach::path},
      {"pipe:0", Reach::unknown},
      {"-", Reach::unknown},
      {"/dev/stdin", Reach::unknown},
      {"fd:", Reach::unknown},
      {"udp://239.0.0.1:1234", Reach::unknown},
      {"rtp://h:1234", Reach::unknown},
      {"srt://h:1234", Reach::unknown},
      {"unheard-of://h:1/x", Reach::unknown},
      {"subfile,,start,0,end,9,,:a.mp3", Reach::unknown},
      {"data:audio/mpeg;base64,AAAA", Reach::unknown},
  };
  for (const auto& [url, reach] : cases) EXPECT_EQ(source_target(url, "").reach, reach) << url;
}

TEST(Target, WhatFfmpegItselfListensForIsUnknown) {
  EXPECT_EQ(source_target("tcp://0.0.0.0:9000?listen", "").reach, Reach::unknown);
  EXPECT_EQ(source_target("tcp://0.0.0.0:9000?timeout=5&listen=1", "").reach, Reach::unknown);
  EXPECT_EQ(source_target("tcp://0.0.0.0:9000?listen=0", "").reach, Reach::tcp);
  EXPECT_EQ(source_target("http://h/x?listen=1", "").reach, Reach::media);  // the server's query
  EXPECT_EQ(sink_target("tcp://0.0.0.0:9000?listen=1").reach, Reach::unknown);
}

TEST(Target, AUrlWithoutHostOrPortIsUnknown) {
  for (const char* url : {"http:///x", "http://", "rtmp:", "tcp://h", "tls://h/"})
    EXPECT_EQ(source_target(url, "").reach, Reach::unknown) << url;
}

TEST(Target, ADevicesNameIsNoPath) {
  for (const char* format : {"lavfi", "alsa", "pulse", "x11grab"})
    EXPECT_EQ(source_target("hw:0", format).reach, Reach::unknown) << format;
  EXPECT_EQ(source_target("anullsrc=r=44100", "lavfi").reach, Reach::unknown);
  EXPECT_EQ(source_target("/dev/video0", "v4l2").reach, Reach::path);
  EXPECT_EQ(source_target("/srv/list.txt", "concat").reach, Reach::path);
  EXPECT_EQ(source_target("http://h/x", "mp3").reach, Reach::media);
}

TEST(Target, LayersAreTakenOff) {
  EXPECT_EQ(opened_url("async:cache:http://h/x"), "http://h/x");
  EXPECT_EQ(source_target("async:cache:http://h/x", "").reach, Reach::media);
  EXPECT_EQ(opened_url("hls+https://h/x"), "https://h/x");
  EXPECT_EQ(source_target("async:/a.ts", "").reach, Reach::path);
  EXPECT_EQ(source_target("async:/a.ts", "").url, "async:/a.ts");  // as the user wrote it
  EXPECT_EQ(source_target("crypto+http://h/x", "").reach, Reach::media);
  EXPECT_EQ(opened_url("concat:/a.ts|/b.ts"), "/a.ts");
  EXPECT_EQ(opened_url("async:file:/a.ts"), "/a.ts");
  EXPECT_EQ(source_target("async:pipe:0", "").reach, Reach::unknown);
}

TEST(Target, AnOutputIsProbedWhereAServerTakesIt) {
  for (const char* url : {"rtmp://h/a/k", "rtmps://h/a/k", "icecast://s:p@h:8000/x", "tcp://h:1",
                          "http://h/upload", "rtsp://h/x"})
    EXPECT_EQ(sink_target(url).reach, Reach::tcp) << url;
  for (const char* url : {"/srv/x.m3u8", "-", "pipe:1", "udp://h:1", "srt://h:1", "x.mp4"})
    EXPECT_EQ(sink_target(url).reach, Reach::unknown) << url;
}

TEST(Target, APortThatIsNotSaidIsFfmpegs) {
  EXPECT_EQ(port_of("rtmp://h/live"), "1935");
  EXPECT_EQ(port_of("rtmp://h:1936/live"), "1936");
  EXPECT_EQ(port_of("icecast://s:p@h/x"), "8000");
  EXPECT_EQ(port_of("https://[::1]/x"), "443");
  EXPECT_EQ(port_of("https://[::1]:8443/x"), "8443");
}

}  // namespace
}  // namespace monitor::probes
