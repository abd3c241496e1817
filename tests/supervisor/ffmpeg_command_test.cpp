#include "supervisor/ffmpeg/ffmpeg_command.hpp"

#include <algorithm>
#include <array>
#include <cstdio>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "supervisor/ffmpeg/ffmpeg_options.hpp"

namespace supervisor {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using Words = std::vector<std::string>;

Words words(const std::string& line) {
  Words result;
  std::size_t at = 0;
  while ((at = line.find_first_not_of(' ', at)) != std::string::npos) {
    const std::size_t end = std::min(line.find(' ', at), line.size());
    result.push_back(line.substr(at, end - at));
    at = end;
  }
  return result;
}

std::string joined(const Words& argv) {
  std::string line;
  for (const std::string& word : argv) line += (line.empty() ? "" : " ") + word;
  return line;
}

FfmpegCommand command(const std::string& line) {
  return FfmpegCommand(words(line));
}

std::string supervised(const std::string& line) {
  return joined(command(line).with_supervision(3, 500ms));
}

std::string warnings(const std::string& line) {
  return joined(command(line).warnings());
}

std::string error_of(const Words& argv) {
  try {
    FfmpegCommand understood(argv);
  } catch (const CommandError& error) {
    return error.what();
  }
  return "no error";
}

// Runs a command; what it said on stderr, and where it went wrong to start, nothing.
std::string stderr_of(const Words& argv, const std::string& behind = "") {
  std::string line;
  for (const std::string& word : argv) line += '\'' + word + "' ";
  std::FILE* pipe = ::popen((line + "2>&1 3>/dev/null </dev/null " + behind).c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    text.append(buffer.data(), count);
  ::pclose(pipe);
  return text;
}

const std::string added = "-progress pipe:3 -nostats -loglevel level+repeat+info";

TEST(FfmpegCommand, OptionsStandRightBehindFfmpeg) {
  EXPECT_EQ(supervised("ffmpeg -re -i in.mp3 -f null -"),
            "ffmpeg " + added + " -nostdin -re -i in.mp3 -f null -");
}

TEST(FfmpegCommand, AnOptionThatOldFfmpegsLackIsAddedOnlyWhereItChangesSomething) {
  const auto period_of = [](monitor::Duration period) {
    const Words argv = command("ffmpeg -i x y").with_supervision(3, period);
    const auto option = std::ranges::find(argv, "-stats_period");
    return option == argv.end() ? std::string() : *(option + 1);
  };
  EXPECT_EQ(period_of(500ms), "");
  EXPECT_EQ(period_of(250ms), "0.25");
  EXPECT_EQ(period_of(1s), "1");
}

TEST(FfmpegCommand, FfmpegIsRecognisedByItsNames) {
  for (const char* name : {"ffmpeg", "ffmpeg-7", "ffmpeg7", "ffmpeg-7.1", "ffmpeg_7", "ffmpeg7.1",
                           "/opt/x/ffmpeg", "./ffmpeg", "/usr/lib/jellyfin-ffmpeg/ffmpeg"})
    EXPECT_TRUE(command(std::string(name) + " -i x y").is_ffmpeg()) << name;
  for (const char* name : {"ffmpeg-normalize", "ffmpegthumbnailer", "ffprobe", "ffmpeg-",
                           "myffmpeg", "/opt/ffmpeg/run", "ffmpeg.sh"})
    EXPECT_FALSE(command(std::string(name) + " -i x y").is_ffmpeg()) << name;
}

TEST(FfmpegCommand, FfmpegIsRecognisedBehindWrappersThatExecInPlace) {
  const std::string tail = " -i in out";
  for (const char* front :
       {"nice -n -5 ffmpeg",
        "nice -5 ffmpeg",
        "nice --adjustment=3 ffmpeg",
        "nice ffmpeg",
        "ionice -c 2 -n 7 ffmpeg",
        "ionice -c2 -n7 ffmpeg",
        "stdbuf -oL -e 0 ffmpeg-7",
        "stdbuf --output L ffmpeg",
        "chrt -f 50 ffmpeg",
        "chrt --rr 5 ffmpeg",
        "taskset -c 0,1 ffmpeg",
        "taskset 0x3 ffmpeg",
        "env A=ffmpeg B=2 ffmpeg",
        "env -u HOME -i A=b /usr/bin/ffmpeg",
        "setpriv --reuid ffmpeg --clear-groups ffmpeg",
        "setpriv --reuid=1000 -- ffmpeg",
        "nohup ffmpeg",
        "numactl -C 0 --membind=0 ffmpeg",
        "gosu ffmpeg ffmpeg",
        "su-exec ffmpeg:ffmpeg ffmpeg",
        "setarch x86_64 -R ffmpeg",
        "setarch -R ffmpeg",
        "linux64 ffmpeg",
        "prlimit --nofile=1024 ffmpeg",
        "chroot --userspec=ffmpeg /srv ffmpeg",
        "unshare -n ffmpeg",
        "softlimit -m 1000000 ffmpeg",
        "chpst -u ffmpeg -n 5 ffmpeg",
        "s6-setuidgid ffmpeg ffmpeg",
        "s6-softlimit -a 1 ffmpeg",
        "ip netns exec ffmpeg ffmpeg",
        "nice -n 5 env X=1 ionice -c3 chrt -b 0 ffmpeg",
        "/usr/bin/nice /opt/ffmpeg",
        "/opt/7/ld-linux-x86-64.so.2 --library-path /opt/7/lib /opt/7/ffmpeg"}) {
    const FfmpegCommand understood = command(front + tail);
    EXPECT_TRUE(understood.is_ffmpeg()) << front;
    EXPECT_TRUE(understood.warnings().empty()) << front;
    EXPECT_EQ(joined(understood.with_supervision(3, 500ms)),
              front + (" " + added + " -nostdin") + tail);
    EXPECT_EQ(understood.endpoints().inputs, Words{"in"}) << front;
  }
}

TEST(FfmpegCommand, AWrapperThatStaysIsSaid) {
  for (const char* front :
       {"timeout -k 5 3600 ffmpeg", "tini -g -- ffmpeg", "dumb-init ffmpeg",
        "nice timeout 10 ffmpeg", "unshare --pid --fork ffmpeg", "flock /run/lock ffmpeg"}) {
    EXPECT_TRUE(command(std::string(front) + " -i x y").is_ffmpeg()) << front;
    EXPECT_NE(warnings(std::string(front) + " -i x y").find("those of the wrapper"),
              std::string::npos)
        << front;
  }
}

TEST(FfmpegCommand, AnUnknownWrapperThatIsFollowedByFfmpegIsLookedThrough) {
  for (const char* front :
       {"with-contenv ffmpeg", "xvfb-run -a ffmpeg", "runuser -u ffmpeg -- ffmpeg",
        "nsenter -t 1 -n ffmpeg", "proxychains4 -q /usr/bin/ffmpeg", "nice my-wrapper ffmpeg-7",
        "xvfb-run -a nice -n 5 ffmpeg", "./run.sh --name x ffmpeg"}) {
    const FfmpegCommand understood = command(std::string(front) + " -i in out.ts");
    EXPECT_TRUE(understood.is_ffmpeg()) << front;
    EXPECT_TRUE(understood.is_behind_unknown()) << front;
    EXPECT_EQ(understood.endpoints().inputs, Words{"in"}) << front;
    const std::string supervised = joined(understood.with_supervision(3, 500ms));
    EXPECT_TRUE(supervised.starts_with(std::string(front) + " -progress pipe:3 ")) << supervised;
    EXPECT_EQ(understood.warnings().size(), 1U) << front;
  }
  EXPECT_FALSE(command("docker run image ffmpeg -i x y").is_ffmpeg()) << "it runs elsewhere";
  EXPECT_FALSE(command("normalise --with ffmpeg").is_ffmpeg()) << "a word of its own";
}

TEST(FfmpegCommand, ACommandWithoutFfmpegComesBackAsItIsWithOneWarning) {
  for (const char* line : {"gst-launch-1.0 videotestsrc ! fakesink", "ssh host ffmpeg -i x y",
                           "sudo -u ffmpeg ffmpeg -i x y", "./start.sh", "nice -n 5",
                           "nice ./start-ffmpeg.sh -progress x"}) {
    const FfmpegCommand understood = command(line);
    EXPECT_FALSE(understood.is_ffmpeg()) << line;
    EXPECT_TRUE(understood.reads_stdin()) << line;
    EXPECT_EQ(joined(understood.with_supervision(3, 500ms)), line);
    EXPECT_EQ(understood.warnings().size(), 1U) << line;
  }
  EXPECT_NE(warnings("sudo ffmpeg -i x y").find("sudo closes the pipe"), std::string::npos);
  EXPECT_NE(warnings("ssh host ffmpeg -i x y").find("FFmpeg is started by ssh"), std::string::npos);
}

TEST(FfmpegCommand, FfmpegInAShellTextIsNotTouchedAndTheWarningSaysWhatToDo) {
  const FfmpegCommand understood({"sh", "-c", "ffmpeg -i x rtmp://h/app/SECRETKEY"});
  EXPECT_FALSE(understood.is_ffmpeg());
  ASSERT_EQ(understood.warnings().size(), 1U);
  EXPECT_NE(understood.warnings()[0].find("Give the command as words"), std::string::npos);
  EXPECT_EQ(understood.warnings()[0].find("SECRETKEY"), std::string::npos);
}

TEST(FfmpegCommand, AnEmptyCommandIsAnError) {
  EXPECT_EQ(error_of({}), "the command is empty: expected `ffmpeg ARG...`");
  EXPECT_EQ(error_of({""}), "the command is empty: expected `ffmpeg ARG...`");
}

TEST(FfmpegCommand, AnOwnProgressIsRefusedWithWhatToUseInstead) {
  for (const char* line : {"ffmpeg -progress pipe:1 -i x y", "ffmpeg -i x y -progress f",
                           "nice ffmpeg -progress - -i x y", "ffmpeg -i x -/progress f y"}) {
    const std::string error = error_of(words(line));
    EXPECT_NE(error.find("-progress"), std::string::npos) << line;
    EXPECT_NE(error.find("GET /api/v1/streams/NAME or /metrics"), std::string::npos) << line;
  }
}

TEST(FfmpegCommand, AValueThatLooksLikeProgressIsAValue) {
  EXPECT_EQ(command("ffmpeg -i -progress y").endpoints().inputs, Words{"-progress"});
  EXPECT_EQ(command("ffmpeg -i x -metadata -progress y").endpoints().outputs, Words{"y"});
  EXPECT_EQ(command("ffmpeg -i x -- -progress").endpoints().outputs, Words{"-progress"});
}

TEST(FfmpegCommand, SetsidIsRefusedSinceItEscapesTheProcessGroup) {
  EXPECT_NE(error_of(words("setsid ffmpeg -i x y")).find("leave it out"), std::string::npos);
}

TEST(FfmpegCommand, EndpointsAreWhatFfmpegTakesThemFor) {
  const FfmpegCommand understood = command(
      "ffmpeg -y -re -stream_loop -1 -i a.mp4 -an -i http://h/radio.mp3 -map 0:v -c:v libx264 "
      "-preset fast -shortest -noautorotate -flags +global_header -f flv rtmp://h/live/k -f hls "
      "/srv/x.m3u8");
  EXPECT_EQ(understood.endpoints().inputs, (Words{"a.mp4", "http://h/radio.mp3"}));
  EXPECT_EQ(understood.endpoints().outputs, (Words{"rtmp://h/live/k", "/srv/x.m3u8"}));
}

TEST(FfmpegCommand, AutorotateTakesAValueUpTo6AndNoneFrom7On) {
  EXPECT_EQ(command("ffmpeg -autorotate 0 -i a b").endpoints().outputs, Words{"b"});
  EXPECT_EQ(command("ffmpeg -autorotate -i a b").endpoints().inputs, Words{"a"});
}

TEST(FfmpegCommand, ATeeIsSplitIntoItsUrls) {
  EXPECT_EQ(command("ffmpeg -i x -map 0 -f tee [f=flv:onfail=ignore]rtmp://h/a/k|[f=hls]/x.m3u8")
                .endpoints()
                .outputs,
            (Words{"rtmp://h/a/k", "/x.m3u8"}));
  EXPECT_EQ(split_tee("a\\|b|'c|d'|[f=flv]e"), (Words{"a|b", "c|d", "e"}));
  EXPECT_EQ(command("ffmpeg -i x -f mpegts a|b").endpoints().outputs, Words{"a|b"});
}

using monitor::probes::Reach;

std::vector<Reach> reaches(const std::vector<monitor::probes::Target>& targets) {
  std::vector<Reach> result;
  for (const auto& target : targets) result.push_back(target.reach);
  return result;
}

TEST(FfmpegCommand, EachInputIsATargetOfItsOwn) {
  const FfmpegCommand understood = command(
      "ffmpeg -loop 1 -i a.png -f lavfi -i anullsrc -i http://h/x.mp3 -f alsa -i hw:0 -i - "
      "-f flv rtmp://h/a/k");
  EXPECT_EQ(reaches(understood.sources()), (std::vector{Reach::path, Reach::unknown, Reach::media,
                                                        Reach::unknown, Reach::unknown}));
  for (std::size_t i = 0; i < understood.sources().size(); ++i)
    EXPECT_EQ(understood.sources()[i].url, understood.endpoints().inputs[i]);
}

TEST(FfmpegCommand, AnInputsRequestIsThatOfItsOwnOptions) {
  const FfmpegCommand understood({"ffmpeg",
                                  "-headers",
                                  "X-Key: a:b\r\nX-Other:  c\r\n",
                                  "-user_agent",
                                  "Radio/1",
                                  "-tls_verify",
                                  "1",
                                  "-i",
                                  "https://h/x",
                                  "-cookies",
                                  "id=1; path=/; domain=h\nb=2",
                                  "-referer",
                                  "http://r/",
                                  "-i",
                                  "http://h/y",
                                  "-i",
                                  "http://h/z",
                                  "-user_agent",
                                  "Out/1",
                                  "-f",
                                  "mp3",
                                  "icecast://s:p@h/m"});
  using Headers = std::vector<std::pair<std::string, std::string>>;
  ASSERT_EQ(understood.sources().size(), 3U);
  EXPECT_EQ(understood.sources()[0].headers,
            (Headers{{"X-Key", "a:b"}, {"X-Other", "c"}, {"User-Agent", "Radio/1"}}));
  EXPECT_TRUE(understood.sources()[0].verify_tls);
  EXPECT_EQ(understood.sources()[1].headers, (Headers{{"Referer", "http://r/"}}));
  ASSERT_EQ(understood.sources()[1].cookies.size(), 2U);
  EXPECT_EQ(understood.sources()[1].cookies[0].pair, "id=1");
  EXPECT_EQ(understood.sources()[1].cookies[1].pair, "b=2");
  EXPECT_FALSE(understood.sources()[1].verify_tls);
  EXPECT_EQ(understood.sources()[2].headers, Headers{});
}

TEST(FfmpegCommand, WhatFfmpegListensForOrReachesByAProxyCannotBeAsked) {
  for (const char* options :
       {"-listen 1 -i http://0.0.0.0:8080/x", "-timeout 30 -i rtmp://0.0.0.0/live/x",
        "-listen 1 -i rtmp://0.0.0.0/live/x", "-rtsp_flags listen -i rtsp://0.0.0.0/x",
        "-http_proxy http://p:3128 -i http://h/x"})
    EXPECT_EQ(command(std::string("ffmpeg ") + options + " y").sources()[0].reach, Reach::unknown)
        << options;
  EXPECT_EQ(command("ffmpeg -listen 0 -i http://h/x y").sources()[0].reach, Reach::media);
  EXPECT_EQ(command("ffmpeg -i x -listen 1 http://0.0.0.0:8080/y").sinks()[0].reach,
            Reach::unknown);
}

TEST(FfmpegCommand, ItsCertificatesAreThoseOfALook) {
  const FfmpegCommand understood = command(
      "ffmpeg -tls_verify 1 -ca_file ca.pem -cert_file c.pem -key_file k.pem -i https://h/x y");
  EXPECT_TRUE(understood.sources()[0].verify_tls);
  EXPECT_EQ(understood.sources()[0].tls, (monitor::probes::TlsFiles{"ca.pem", "c.pem", "k.pem"}));
}

TEST(FfmpegCommand, EachOutputAndEachSlaveOfATeeIsASink) {
  const FfmpegCommand understood = command(
      "ffmpeg -i x -f tee [f=flv]rtmp://h/a/k|[f=hls]/x.m3u8 -f mp3 icecast://s:p@h/m /y.mp4");
  EXPECT_EQ(reaches(understood.sinks()),
            (std::vector{Reach::tcp, Reach::unknown, Reach::tcp, Reach::unknown}));
  EXPECT_EQ(understood.sinks()[0].url, "rtmp://h/a/k");
}

TEST(FfmpegCommand, RtmpOutputsAreSeenInTeesToo) {
  for (const char* output : {"rtmp://h/a/k", "rtmps://h/a/k", "rtmpt://h/a/k", "rtmpte://h/a/k",
                             "-f tee [f=hls]/x|[f=flv]rtmps://h/a/k"})
    EXPECT_TRUE(command(std::string("ffmpeg -i x ") + output).has_rtmp_output()) << output;
  for (const char* output : {"/x/rtmp.ts", "-f tee [f=hls]/x|/y", "srt://h:1", "rtmp.flv"})
    EXPECT_FALSE(command(std::string("ffmpeg -i rtmp://h/a/k ") + output).has_rtmp_output())
        << output;
}

TEST(FfmpegCommand, StdinIsLeftAloneWhereItIsRead) {
  for (const char* line :
       {"ffmpeg -i - y", "ffmpeg -i pipe: y", "ffmpeg -i pipe:0 y", "ffmpeg -i /dev/stdin y",
        "ffmpeg -i /dev/fd/0 y", "ffmpeg -f mpegts -i async:pipe:0 y",
        "ffmpeg -i concat:pipe:0|b y", "ffmpeg -i fd: y", "ffmpeg -stdin -i x y",
        "ffmpeg -i x -filter_complex_script pipe:0 y"}) {
    EXPECT_TRUE(command(line).reads_stdin()) << line;
    EXPECT_EQ(supervised(line).find("-nostdin"), std::string::npos) << line;
  }
  for (const char* line : {"ffmpeg -i x -", "ffmpeg -i x pipe:1", "ffmpeg -i x -f mpegts pipe:",
                           "ffmpeg -i pipe:3 y", "ffmpeg -i x -map -0:a y"}) {
    EXPECT_FALSE(command(line).reads_stdin()) << line;
    EXPECT_NE(supervised(line).find(" -nostdin "), std::string::npos) << line;
  }
}

TEST(FfmpegCommand, NamedDescriptorsAreKeptFree) {
  EXPECT_EQ(command("ffmpeg -i pipe:5 -i /dev/fd/7 -passlogfile pipe:4 -f mpegts pipe:1")
                .named_descriptors(),
            (std::vector<int>{4, 5, 7}));
  EXPECT_EQ(command("ffmpeg -fd 9 -i fd: -vf metadata=print:file=pipe\\:6 y").named_descriptors(),
            (std::vector<int>{6, 9}));
  EXPECT_EQ(command("./x /dev/fd/3").named_descriptors(), std::vector<int>{3});
  EXPECT_TRUE(
      command("ffmpeg -i pipe:0 -i pipe:99999999999999 pipe:1").named_descriptors().empty());
}

TEST(FfmpegCommand, AnOwnStatsPeriodIsReadAsFfmpegReadsIt) {
  const auto period = [](const std::string& text) {
    return command("ffmpeg -stats_period " + text + " -i x y").own_stats_period();
  };
  EXPECT_EQ(period("2"), 2s);
  EXPECT_EQ(period("0.25"), 250ms);
  EXPECT_EQ(period("200ms"), 200ms);
  EXPECT_EQ(period("500000us"), 500ms);
  EXPECT_EQ(period("1.5s"), 1500ms);
  EXPECT_EQ(period("01:30"), 90s);
  EXPECT_EQ(period("1:00:00.5"), 3600s + 500ms);
  for (const char* wrong : {"abc", "0", "-1", "1:2:3:4", "1e9999", "", "inf", "nan"})
    EXPECT_FALSE(parse_ffmpeg_time(wrong)) << wrong;
  EXPECT_EQ(command("ffmpeg -stats_period 3 -stats_period 1 -i x y").own_stats_period(), 1s);
  EXPECT_FALSE(command("ffmpeg -i x y").own_stats_period());
}

TEST(FfmpegCommand, WhatSlowsOrBlindsDetectionIsWarnedOf) {
  EXPECT_NE(warnings("ffmpeg -stats_period 8 -i x y").find("-stats_period 8:"), std::string::npos);
  EXPECT_NE(warnings("ffmpeg -v quiet -i x y").find("hides FFmpeg's error lines"),
            std::string::npos);
  EXPECT_EQ(warnings("ffmpeg -stats_period 1 -loglevel error -i x y"), "");
}

TEST(FfmpegCommand, TheUsersLogLevelIsOursToo) {
  const auto level = [](const std::string& options) {
    const std::string line = supervised("ffmpeg " + options + " -i x y");
    const std::size_t at = line.find("level+repeat+") + 13;
    return line.substr(at, line.find(' ', at) - at);
  };
  EXPECT_EQ(level("-loglevel error"), "error");
  EXPECT_EQ(level("-v warning"), "warning");
  EXPECT_EQ(level("-loglevel repeat+verbose"), "verbose");
  EXPECT_EQ(level("-v quiet -loglevel debug"), "debug");
  EXPECT_EQ(level("-loglevel +repeat"), "info");
  EXPECT_EQ(level("-loglevel 16"), "16");
  EXPECT_EQ(level("-loglevel nonsense"), "info");
  EXPECT_EQ(level("-y"), "info");
}

// The real FFmpeg from here on.

Words short_run(const std::string& options, bool with_us) {
  const FfmpegCommand understood =
      command("ffmpeg " + options + " -f lavfi -i testsrc2=d=0.2:r=10:s=32x32 -f null -");
  return with_us ? understood.with_supervision(3, 500ms) : understood.argv();
}

TEST(RealFfmpeg, AQuietCommandStaysQuiet) {
  for (const char* options : {"-loglevel error", "-v warning", "-loglevel quiet", "-v 16",
                              "-hide_banner -loglevel repeat+error"}) {
    EXPECT_EQ(stderr_of(short_run(options, false)), "") << options;
    EXPECT_EQ(stderr_of(short_run(options, true)), "") << options;
  }
}

TEST(RealFfmpeg, TheLevelFlagSurvivesAPlainLogLevel) {
  const FfmpegCommand understood = command("ffmpeg -loglevel error -i /nonexistent y");
  const std::string text = stderr_of(understood.with_supervision(3, 500ms));
  EXPECT_NE(text.find("[error]"), std::string::npos) << text;
}

TEST(RealFfmpeg, OwnOptionsBehindOursKeepTheirMeaning) {
  const std::string stats = stderr_of(short_run("-stats", true));
  EXPECT_NE(stats.find('\r'), std::string::npos) << stats;  // the status line is rewritten in place
  EXPECT_EQ(stderr_of(short_run("-nostats", true)).find('\r'), std::string::npos);
  EXPECT_NE(stderr_of(short_run("", true)).find("ffmpeg version"), std::string::npos);
  EXPECT_EQ(stderr_of(short_run("-hide_banner", true)).find("ffmpeg version"), std::string::npos);
  EXPECT_NE(stderr_of(short_run("-loglevel verbose", true)).find("[verbose]"), std::string::npos);
}

TEST(RealFfmpeg, TheBlocksArriveOnTheDescriptor) {
  Words argv = short_run("-loglevel quiet", true);
  argv.erase(std::ranges::find(argv, "pipe:3"));
  argv.insert(std::ranges::find(argv, "-progress") + 1, "pipe:2");
  EXPECT_NE(stderr_of(argv).find("progress=end"), std::string::npos);
}

// The options that `ffmpeg -h long` lists, those that only print something aside.
Words listed_options() {
  const std::string help = stderr_of({"ffmpeg", "-hide_banner", "-h", "long"});
  Words options;
  for (std::size_t at = help.find("Global options"); (at = help.find("\n-", at)) < help.size();) {
    ++at;
    options.push_back(help.substr(at, help.find(' ', at) - at));
  }
  std::erase(options, "-report");  // would leave a file
  return options;
}

// At level debug FFmpeg says how it reads each word; every option is followed by a 0 here.
TEST(RealFfmpeg, OptionsTakeValuesWhereOurTableSaysSo) {
  const Words options = listed_options();
  ASSERT_GT(options.size(), 100U);
  Words argv = {"ffmpeg", "-hide_banner", "-loglevel", "debug"};
  for (const std::string& option : options) argv.insert(argv.end(), {option, "0"});
  const std::string text = stderr_of(argv);
  for (const std::string& option : options) {
    const std::size_t at = text.rfind("Reading option '" + option + "' ...");
    ASSERT_NE(at, std::string::npos) << option << text;
    const std::string line = text.substr(at, text.find('\n', at) - at);
    const bool wants = line.find("with argument '0'") != std::string::npos;
    const Words alone = {option, "0"};
    EXPECT_EQ(!read_ffmpeg_arguments(alone).front().value.empty(),
              wants || option == "-autorotate" || option == "-autoscale")
        << line;
  }
}

}  // namespace
}  // namespace supervisor
