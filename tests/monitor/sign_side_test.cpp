// Whose trouble a line of FFmpeg's is: what real FFmpeg 5.1 says where an endpoint, a device or a
// host is to blame, whatever the line begins with.
#include <string>

#include <gtest/gtest.h>

#include "monitor/ffmpeg/stderr_log.hpp"

namespace monitor {
namespace {

using enum Cause;

struct Said {
  const char* line;
  Cause cause;
};

void expect_all(std::initializer_list<Said> cases, const Endpoints& endpoints) {
  for (const auto& [line, cause] : cases) {
    const auto sign = read_sign(parse_log_line(line), endpoints);
    ASSERT_TRUE(sign) << line;
    EXPECT_EQ(name(sign->cause), name(cause)) << line;
    EXPECT_TRUE(sign->retryable) << line;
  }
}

#define HEADER "[error] Could not write header for output file #0 (incorrect codec parameters ?): "

TEST(Reason, DecidesWhyAHeaderWasNotWritten) {
  const Endpoints to_rtsp{{"/f.mp4"}, {"rtsp://h:9/live"}};
  expect_all({{HEADER "Connection refused", sink_unreachable},
              {HEADER "No route to host", sink_unreachable},
              {HEADER "Network is unreachable", sink_unreachable},
              {HEADER "Server returned 400 Bad Request", sink_rejected},
              {HEADER "Server returned 401 Unauthorized (authorization failed)", sink_rejected},
              {HEADER "Server returned 403 Forbidden (access denied)", sink_rejected},
              {HEADER "Server returned 404 Not Found", sink_rejected},
              {HEADER "Server returned 5XX Server Error reply", sink_unreachable},
              {HEADER "Invalid data found when processing input", sink_rejected},
              {HEADER "Input/output error", sink_rejected},
              {HEADER "No space left on device", host_disk_full},
              {"[out#0/rtsp @ 0x1] [error] Could not write header (incorrect codec parameters ?): "
               "Connection refused",
               sink_unreachable}},
             to_rtsp);
  const Endpoints to_file{{"/f.mp4"}, {"/o.mp4"}};
  expect_all({{HEADER "Invalid argument", command_invalid},
              {HEADER "No such file or directory", command_invalid}},
             to_file);
}

TEST(Reason, DecidesWhyATeesSlaveFailed) {
  const Endpoints tee{{"/f.mp4"}, {"rtmp://a:9/a", "rtmp://b:10/b"}};
  expect_all(
      {{"[tee @ 0x1] [error] Slave '[f=flv]rtmp://a:9/a': error opening: Connection refused",
        sink_unreachable},
       {"[tee @ 0x1] [error] Slave muxer #0 failed: Connection refused, continuing with 1/2 "
        "slaves.",
        sink_unreachable},
       {"[tee @ 0x1] [error] Slave muxer #0 failed: Broken pipe, continuing with 1/2 slaves.",
        sink_lost}},
      tee);
}

TEST(Reason, DecidesWhyAPacketWasNotWritten) {
  const Endpoints udp{{"/f.mp4"}, {"udp://203.0.113.9:1234"}};
  expect_all({{"[error] av_interleaved_write_frame(): Network is unreachable", sink_unreachable},
              {"[error] av_interleaved_write_frame(): File too large", host_disk_full},
              {"[error] av_interleaved_write_frame(): Operation not permitted", sink_lost},
              {"[vost#0:0/libx264 @ 0x1] [error] Error submitting a packet to the muxer: No route "
               "to host",
               sink_unreachable}},
             udp);
}

TEST(Reason, BehindAnInputsNameIsAboutThatInput) {
  const Endpoints devices{{"default", "/dev/video0", ":0", "auto"}, {"rtmp://h/l/k"}};
  expect_all({{"[error] default: No such process", source_unreachable},
              {"[error] default: Generic error in an external library", source_unreachable},
              {"[error] /dev/video0: No such file or directory", source_missing},
              {"[error] /dev/video0: Device or resource busy", source_refused},
              {"[error] auto: Value too large for defined data type", source_unreachable},
              {"[in#0 @ 0x1] [error] Error opening input: No such process", source_unreachable},
              {"[error] :0: Input/output error", source_ended}},
             devices);
}

TEST(Reason, OfAFileThatIsReadIsThisMachines) {
  const auto is_local = [](const char* line, const Endpoints& endpoints) {
    const auto sign = read_sign(parse_log_line(line), endpoints);
    return sign && sign->is_local;
  };
  const Endpoints radio{{"http://h/radio.mp3", "cover.jpg"}, {"rtmp://h/l/k"}};
  EXPECT_TRUE(is_local("[error] cover.jpg: No such file or directory", radio));
  EXPECT_TRUE(is_local("[error] cover.jpg: Permission denied", radio));
  EXPECT_FALSE(is_local("[error] http://h/radio.mp3: Connection refused", radio));
  EXPECT_FALSE(is_local("[error] http://h/radio.mp3: Server returned 404 Not Found", radio));
  const Endpoints network{{"http://h/radio.mp3"}, {"rtmp://h/l/k"}};
  EXPECT_FALSE(is_local("[error] http://h/radio.mp3: Permission denied", network))
      << "this machine's rules of the network";
}

TEST(Reason, OfADeviceThatIsWrittenToIsTheSinks) {
  const Endpoints sound{{"/f.mp4"}, {"default"}};
  expect_all({{HEADER "Generic error in an external library", sink_unreachable}}, sound);
  const Endpoints screen{{"/f.mp4"}, {"/dev/fb0"}};
  expect_all({{HEADER "No such file or directory", sink_unreachable}}, screen);
}

TEST(List, ThatNamesAMissingFileIsNotTheFileThatIsMissing) {
  const Endpoints list{{"list.txt"}, {"rtmp://h/l/k"}};
  const auto file =
      read_sign(parse_log_line("[concat @ 0x1] [error] Impossible to open 'missing.ts'"), list);
  const auto summary =
      read_sign(parse_log_line("[error] list.txt: No such file or directory"), list);
  ASSERT_TRUE(file && summary);
  EXPECT_EQ(file->cause, source_missing);
  EXPECT_GE(file->rank, summary->rank) << "the first line is quoted first";
}

TEST(List, ThatBringsNoStreamIsWaitedFor) {
  const char* line = "[error] Output file #0 does not contain any stream";
  for (const char* list : {"session.sdp", "/x/p.m3u8", "l.ffconcat", "http://h/live"}) {
    expect_all({{line, source_missing}}, {{list}, {"rtmp://h/l/k"}});
  }
  expect_all({{line, command_invalid}}, {{"/music/a.mp3"}, {"rtmp://h/l/k"}});
}

TEST(Words, OfAServerSayNothingOfFfmpegOrItsHost) {
  const Endpoints radio{{"http://icecast:8000/radio.mp3"}, {"rtmp://nginx/live/key"}};
  expect_all(
      {{"[rtmp @ 0x1] [error] Server error: No space left on device", sink_rejected},
       {"[rtmp @ 0x1] [error] Server error: http://icecast:8000/radio.mp3: Connection refused",
        sink_rejected},
       {"[http @ 0x1] [warning] HTTP error 403 Cannot allocate memory", source_refused},
       {"[http @ 0x1] [warning] HTTP error 404 rtmp://nginx/live/key", source_missing}},
      radio);
}

TEST(Words, OfAnIcecastUrlWithoutAMountAreEvidence) {
  expect_all({{"[icecast @ 0x1] [error] No mountpoint (path) specified!", command_invalid}},
             {{"/f.mp3"}, {"icecast://source:pw@h:8000/"}});
}

TEST(Words, OfAnFfmpegBefore44BlameNoCommand) {
  expect_all({{"[error] Unrecognized option 'stats_period'.", encoder_failed},
              {"[Parsed_ametadata_2 @ 0x1] [error] Option 'direct' not found", encoder_failed}},
             {{"/f.mp3"}, {"rtmp://h/l/k"}, {"-i", "/f.mp3", "rtmp://h/l/k"}});
}

}  // namespace
}  // namespace monitor
