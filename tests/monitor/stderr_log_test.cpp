#include "monitor/ffmpeg/stderr_log.hpp"

#include <string>

#include <gtest/gtest.h>

namespace monitor {
namespace {

struct Case {
  const char* line;
  LogLevel level;
  const char* component;
  const char* text;
};

TEST(ParseLogLine, TakesEveryShapeApart) {
  using enum LogLevel;
  constexpr Case cases[] = {
      {"[error] text", error, "", "text"},
      {"[flv @ 0x5556] [warning] Failed to update", warning, "flv", "Failed to update"},
      {"[out#0/flv @ 0x55] [error] Error muxing a packet", error, "out#0/flv",
       "Error muxing a packet"},
      {"[vist#0:0/h264 @ 0x5] [dec:h264 @ 0x6] [fatal] corrupt", fatal, "dec:h264", "corrupt"},
      {"[libx264 @ 0x5] [Eval @ 0x7] [error] Undefined", error, "Eval", "Undefined"},
      {"[mov,mp4,m4a,3gp,3g2,mj2 @ 0x5] [error] moov atom not found", error,
       "mov,mp4,m4a,3gp,3g2,mj2", "moov atom not found"},
      {"[info]   Duration: N/A, start: 0.0", info, "", "  Duration: N/A, start: 0.0"},
      {"[info]   Stream #0:0: Video: h264 ([7][0][0][0] / 0x0007)", info, "",
       "  Stream #0:0: Video: h264 ([7][0][0][0] / 0x0007)"},
      {"x264 [error]: invalid preset 'nosuch'", error, "x264", "invalid preset 'nosuch'"},
      {"x265 [info]: HEVC encoder version", info, "x265", "HEVC encoder version"},
      {"Svt[warn]: text", warning, "Svt", "text"},
      {"[q] command received. Exiting.", info, "", "[q] command received. Exiting."},
      {"Received > 3 system signals, hard exiting", info, "",
       "Received > 3 system signals, hard exiting"},
      {"[panic] text", panic, "", "text"},
      {"[trace] text", trace, "", "text"},
      {"[verbose] [error] text", verbose, "", "[error] text"},
      {"", info, "", ""},
      {"[", info, "", "["},
      {"[]", info, "", "[]"},
      {"[error]", error, "", ""},
      {"[ @ 0x1]", info, "", ""},
      {"[x @ 0x1", info, "", "[x @ 0x1"},
      {"a sentence [error]: of another program", info, "",
       "a sentence [error]: of another program"},
  };
  for (const auto& wanted : cases) {
    const LogLine line = parse_log_line(wanted.line);
    EXPECT_EQ(line.level, wanted.level) << wanted.line;
    EXPECT_EQ(line.component, wanted.component) << wanted.line;
    EXPECT_EQ(line.text, wanted.text) << wanted.line;
  }
}

TEST(ReadSign, ALineWithoutALevelCountsWhereItIsAPhraseOfFfmpegsOwn) {
  const auto cause = [](std::string_view text) -> std::optional<Cause> {
    const auto sign = read_sign(parse_log_line(text), Endpoints{});
    return sign ? std::optional(sign->cause) : std::nullopt;
  };
  EXPECT_EQ(cause("av_interleaved_write_frame(): Broken pipe"), Cause::sink_lost);
  EXPECT_EQ(cause("[info] av_interleaved_write_frame(): Broken pipe"), std::nullopt);
  EXPECT_EQ(cause("    title           : No space left on device"), std::nullopt);
  EXPECT_EQ(cause("Unrecognized option 'nosuch'."), std::nullopt) << "it is no proof";
}

TEST(ParseLogLine, TrailingSpaceIsNotText) {
  EXPECT_EQ(parse_log_line("[info] frame=  204 speed=1.06x    ").text, "frame=  204 speed=1.06x");
}

TEST(LogLevelName, IsFfmpegsOwn) {
  EXPECT_EQ(name(LogLevel::trace), "trace");
  EXPECT_EQ(name(LogLevel::warning), "warning");
  EXPECT_EQ(name(LogLevel::panic), "panic");
}

TEST(StatusLine, IsKnownInEveryVersion) {
  EXPECT_TRUE(is_status_line(
      parse_log_line("frame=  176 fps= 25 q=28.0 size=     384kB time=00:00:07.01 bitrate= "
                     "448.3kbits/s speed=1x")));
  EXPECT_TRUE(is_status_line(
      parse_log_line("[info] frame=  204 fps= 27 q=35.0 Lsize=     439KiB time=00:00:08.10 "
                     "bitrate= 444.1kbits/s speed=1.06x    ")));
  EXPECT_TRUE(is_status_line(
      parse_log_line("size=     144kB time=00:00:08.95 bitrate= 131.4kbits/s speed=0.99x")));
  EXPECT_TRUE(is_status_line(parse_log_line("[info] size=N/A time=N/A bitrate=N/A speed=N/A")));
}

TEST(StatusLine, IsNotAnyOtherLine) {
  EXPECT_FALSE(is_status_line(parse_log_line("[info] frame=12")));
  EXPECT_FALSE(is_status_line(parse_log_line("[error] size= time= of day")));
  EXPECT_FALSE(is_status_line(parse_log_line("[info] Duration: 00:01, time=1 bitrate=2")));
}

const Endpoints radio{{"http://icecast:8000/radio.mp3"}, {"rtmp://nginx/live/key"}};

std::optional<Sign> sign(std::string_view line, const Endpoints& endpoints = radio) {
  return read_sign(parse_log_line(line), endpoints);
}
std::optional<Cause> cause(std::string_view line, const Endpoints& endpoints = radio) {
  const auto found = sign(line, endpoints);
  return found ? std::optional(found->cause) : std::nullopt;
}

TEST(Sign, TheUrlTellsWhoseTroubleItIs) {
  EXPECT_EQ(cause("[error] http://icecast:8000/radio.mp3: Connection refused"),
            Cause::source_unreachable);
  EXPECT_EQ(cause("[error] rtmp://nginx/live/key: Connection refused"), Cause::sink_unreachable);
}

TEST(Sign, HostAndPortTellWhoseTroubleItIs) {
  EXPECT_EQ(
      cause("[tcp @ 0x1] [error] Connection to tcp://icecast:8000 failed: Connection refused"),
      Cause::source_unreachable);
  EXPECT_EQ(cause("[tcp @ 0x1] [error] Connection to tcp://nginx:1935?tcp_nodelay=0 failed: "
                  "Connection timed out"),
            Cause::sink_unreachable);
}

TEST(Sign, TheSamePortOnAnotherHostTellsApart) {
  const Endpoints relay{{"rtmp://one/live/a"}, {"rtmp://two/live/b"}};
  EXPECT_EQ(
      cause("[tcp @ 0x1] [error] Connection to tcp://two:1935 failed: Connection refused", relay),
      Cause::sink_unreachable);
  EXPECT_EQ(
      cause("[tcp @ 0x1] [error] Failed to resolve hostname one: Name or service not known", relay),
      Cause::source_unreachable);
}

TEST(Sign, AServerThatIsSourceAndSinkIsNotGuessedAt) {
  const Endpoints relay{{"rtmp://same/live/a"}, {"rtmp://same/live/b"}};
  EXPECT_EQ(
      cause("[tcp @ 0x1] [error] Connection to tcp://same:1935 failed: Connection refused", relay),
      std::nullopt);
  EXPECT_EQ(cause("[error] rtmp://same/live/b: Connection refused", relay),
            Cause::sink_unreachable);
}

TEST(Sign, ContextsOfNewerVersionsTellBeforeAnyUrl) {
  EXPECT_EQ(cause("[in#0 @ 0x1] [error] Error opening input: Connection refused"),
            Cause::source_unreachable);
  EXPECT_EQ(cause("[out#0/flv @ 0x1] [fatal] Error opening output rtmp://x/y: Connection refused"),
            Cause::sink_unreachable);
}

TEST(Sign, TheOnlyNetworkEndpointIsMeant) {
  const Endpoints file_to_rtmp{{"/data/loop.mp4"}, {"rtmp://cdn/live/key"}};
  EXPECT_EQ(cause("[tcp @ 0x1] [error] Connection to tcp://edge7:1935 failed: Connection refused",
                  file_to_rtmp),
            Cause::sink_unreachable);
  EXPECT_EQ(cause("[tcp @ 0x1] [error] Connection to tcp://edge7:1935 failed: Connection refused"),
            std::nullopt);
}

TEST(Sign, TheProtocolThatSpeaksTells) {
  EXPECT_EQ(cause("[http @ 0x1] [warning] HTTP error 404 File Not Found"), Cause::source_missing);
  EXPECT_EQ(cause("[rtmp @ 0x1] [error] Cannot read RTMP handshake response"),
            Cause::sink_unreachable);
  const Endpoints to_icecast{{"srt://x:9"}, {"icecast://source:pw@h:8000/m"}};
  EXPECT_EQ(cause("[http @ 0x1] [warning] HTTP error 403 Forbidden", to_icecast),
            Cause::sink_rejected);
}

TEST(Sign, CredentialsAndIpv6DoNotHideTheHost) {
  const Endpoints endpoints{{"http://u:p@[2001:db8::1]:8000/a"}, {"icecast://source:pw@Host/m"}};
  EXPECT_EQ(
      cause("[tcp @ 0x1] [error] Connection to tcp://[2001:db8::1]:8000 failed: x", endpoints),
      Cause::source_unreachable);
  EXPECT_EQ(cause("[tcp @ 0x1] [error] Connection to tcp://host:8000 failed: x", endpoints),
            Cause::sink_unreachable);
}

TEST(Sign, ATeeOutputsServersAreSinks) {
  const Endpoints tee{{"http://a:1/x"},
                      {"[f=flv:onfail=ignore]rtmp://b/l/k|[f=mpegts]srt://c:9000"}};
  EXPECT_EQ(cause("[tcp @ 0x1] [error] Connection to tcp://b:1935 failed: x", tee),
            Cause::sink_unreachable);
  EXPECT_EQ(cause("[srt @ 0x1] [error] Connection to srt://c:9000 failed: x", tee),
            Cause::sink_unreachable);
}

TEST(Sign, AMaskedKeyStillNamesItsServer) {
  EXPECT_EQ(cause("[error] rtmp://nginx/live/***: Input/output error"), Cause::sink_rejected);
}

TEST(Sign, APathThatBeginsLikeAnotherIsNotTakenForIt) {
  const Endpoints files{{"/data/a"}, {"/data/a.ts"}};
  EXPECT_EQ(cause("[error] /data/a: No such file or directory", files), Cause::source_missing);
  EXPECT_EQ(cause("[error] /data/a.ts: No such file or directory", files), Cause::command_invalid);
}

TEST(Sign, AMissingInputIsTheSourcesAMissingFolderForTheOutputTheCommands) {
  const Endpoints files{{"/in.mp4"}, {"/nowhere/out.ts"}};
  EXPECT_EQ(cause("[error] /in.mp4: No such file or directory", files), Cause::source_missing);
  EXPECT_EQ(cause("[error] /nowhere/out.ts: No such file or directory", files),
            Cause::command_invalid);
}

TEST(Sign, ABusyAcceleratorOutranksTheWrongCommandItLooksLike) {
  const auto device =
      sign("[h264_nvenc @ 0x1] [error] OpenEncodeSessionEx failed: out of memory (10)");
  const auto looks =
      sign("[vost#0:0/h264_nvenc @ 0x1] [error] Error while opening encoder - maybe");
  EXPECT_GT(device->rank, looks->rank);
  EXPECT_EQ(device->cause, Cause::encoder_failed);
}

TEST(Sign, AFullDiskOutranksTheWriteItBroke) {
  const auto full = sign("[error] av_interleaved_write_frame(): No space left on device");
  const auto lost = sign("[error] av_interleaved_write_frame(): Broken pipe");
  EXPECT_EQ(full->cause, Cause::host_disk_full);
  EXPECT_EQ(lost->cause, Cause::sink_lost);
  EXPECT_GT(full->rank, lost->rank);
}

TEST(Sign, DamagedPacketsAloneAreNotTelling) {
  EXPECT_LT(sign("[mp3float @ 0x1] [error] Header missing")->rank, Sign::conclusive);
  const Endpoints file{{"/data/x.ts"}, {"rtmp://nginx/live/key"}};
  EXPECT_LT(sign("[warning] /data/x.ts: corrupt decoded frame in stream 0", file)->rank,
            Sign::conclusive);
}

TEST(Sign, HarmlessLinesAreNone) {
  for (const char* line :
       {"[flv @ 0x1] [warning] Failed to update header with correct duration.",
        "[error] rtmp://nginx/live/key: Immediate exit requested",
        "[error] av_interleaved_write_frame(): Immediate exit requested",
        "[error] Error closing progress log, loss of information possible: Broken pipe",
        "[info] Exiting normally, received signal 15.", "[info] Conversion failed!",
        "[out#0/flv @ 0x1] [error] Error muxing a packet",
        "[fatal] Error while processing the decoded data for stream #0:0",
        "[info] Unknown encoder 'in a title'", ""}) {
    EXPECT_EQ(cause(line), std::nullopt) << line;
  }
}

TEST(Sign, APortThatIsTakenIsOfTheSideThatListensThere) {
  const Endpoints listens{{"udp://0.0.0.0:5004"}, {"rtmp://s/live/key"}, {}};
  const auto found =
      read_sign(parse_log_line("[udp @ 0x1] [error] bind failed: Address already in use"), listens);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->cause, Cause::source_unreachable);
}

TEST(Sign, AWarningIsNeverAWrongCommand) {
  EXPECT_EQ(cause("[x @ 0x1] [warning] Option not found"), std::nullopt);
}

TEST(WithoutColours, ALineLooksAsItDoesWithoutATerminal) {
  const std::string line = without_colours(
      "\x1b[48;5;0m\x1b[38;5;196m[flv @ 0x55d0c0de] \x1b[0m\x1b[1;31m[error] Broken pipe\x1b[0m");
  EXPECT_EQ(line, "[flv @ 0x55d0c0de] [error] Broken pipe");
  EXPECT_EQ(parse_log_line(line).level, LogLevel::error);
}

TEST(WithoutColours, AnEscapeThatIsCutOffOrAloneDoesNoHarm) {
  EXPECT_EQ(without_colours("text\x1b[38;5"), "text");
  EXPECT_EQ(without_colours("text\x1b["), "text");
  EXPECT_EQ(without_colours("\x1b"), "\x1b");
  EXPECT_EQ(without_colours(""), "");
}

}  // namespace
}  // namespace monitor
