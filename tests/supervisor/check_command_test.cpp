#include "supervisor/command_line/check_command.hpp"

#include <filesystem>
#include <fstream>
#include <sstream>

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <unistd.h>

namespace supervisor {
namespace {

struct Result {
  int code;
  std::string out, err;
};

Result check(const Options& options) {
  std::ostringstream out, err;
  const int code = run_check(
      options,
      [](const char* name) -> std::optional<std::string> {
        if (name == std::string("PATH")) return "/usr/bin:/bin";
        if (name == std::string("AZURACAST_API_KEY")) return "planted";
        return std::nullopt;
      },
      out, err);
  return {code, out.str(), err.str()};
}

Options with_command(std::vector<std::string> command) {
  Options options;
  options.command = std::move(command);
  return options;
}

TEST(Check, AGoodConfigurationIsPrintedAndReadBack) {
  const Result result = check(with_command({"sh", "-c", "true"}));
  EXPECT_EQ(result.code, 0);
  Config again;
  read_yaml_text(result.out, "printed", again);
  EXPECT_EQ(again.streams.at(0).command, (std::vector<std::string>{"sh", "-c", "true"}));
}

TEST(Check, ACommandThatCannotBeHeldIsRefused) {
  Options options = with_command({"sh", "-c", "ffmpeg -i a -f flv rtmp://sink.example/live/k"});
  options.hold = true;
  const Result result = check(options);
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("hold: FFmpeg is not seen in the command"), std::string::npos)
      << result.err;
  options.command = {"ffmpeg", "-i", "a", "-c", "copy", "-f", "flv", "rtmp://sink.example/live/k"};
  EXPECT_EQ(check(options).code, 0) << check(options).err;
}

TEST(Check, WhatEachActNeedsIsExplainedForTheCommand) {
  Options options = with_command({"ffmpeg", "-listen", "1", "-i", "rtmp://0.0.0.0/live/in", "-c",
                                  "copy", "-f", "flv", "rtmp://sink.example/live/KEY"});
  options.explain = true;
  const Result result = check(options);
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_NE(
      result.out.find("To give the command up for good (exit 78):\n    needs proven evidence"),
      std::string::npos)
      << result.out;
  EXPECT_NE(result.out.find("It listens: it is left in place until its source has called."),
            std::string::npos);
  EXPECT_EQ(result.out.find("KEY"), std::string::npos);
}

TEST(Check, WarningsGoToTheOtherStreamWithoutSecrets) {
  const Result result = check(with_command({"sh", "-c", "true"}));
  EXPECT_NE(result.err.find("warning: environment variable AZURACAST_API_KEY is set, but no"),
            std::string::npos)
      << result.err;
  EXPECT_EQ((result.err + result.out).find("planted"), std::string::npos);
}

TEST(Check, AProgramThatIsNotHereIsAWarningOnly) {
  const Result missing = check(with_command({"no-such-ffmpeg", "-i", "x", "y"}));
  EXPECT_EQ(missing.code, 0);
  EXPECT_NE(missing.err.find("\"no-such-ffmpeg\": not found on this machine"), std::string::npos)
      << missing.err;
  const Result directory = check(with_command({"/usr/bin"}));
  EXPECT_EQ(directory.code, 0);
  EXPECT_NE(directory.err.find("\"/usr/bin\": cannot be executed on this machine"),
            std::string::npos)
      << directory.err;
  EXPECT_EQ(check(with_command({"sh"})).err.find("this machine"), std::string::npos);
}

TEST(Check, AnInputFileThatIsNotThereIsNamedWithTheFolder) {
  const std::string folder = std::filesystem::current_path().string();
  const Result result = check(with_command(
      {"ffmpeg", "-i", "no-cover.jpg", "-i", "/no-folder/b.mp4", "-i", "frame%03d.png", "-f",
       "v4l2", "-i", "/dev/no-video", "-i", "http://h/x", "-i", "/dev/null", "-f", "null", "-"}));
  EXPECT_EQ(result.code, 0);
  for (const std::string& file : {"\"no-cover.jpg\" is not there; looked in \"" + folder + "\"",
                                  std::string("\"/no-folder/b.mp4\" is not there; looked in "
                                              "\"/no-folder\"")}) {
    EXPECT_NE(result.err.find("warning: stream radio: the input file " + file), std::string::npos)
        << result.err;
  }
  for (const char* other : {"frame%03d", "no-video", "http://h/x", "/dev/null"}) {
    EXPECT_EQ(result.err.find("the input file \"" + std::string(other)), std::string::npos)
        << result.err;
  }
}

TEST(Check, AWrongConfigurationEndsWith2AndPrintsNothing) {
  Options options = with_command({"ffmpeg"});
  options.listen = "x";
  const Result result = check(options);
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("ffsupervisor: --listen: found \"x\""), std::string::npos)
      << result.err;
}

TEST(Check, AProgressOptionOfTheUsersOwnEndsWith2) {
  const Result result = check(with_command({"ffmpeg", "-progress", "p.log", "-i", "in", "out"}));
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("-progress"), std::string::npos) << result.err;
}

TEST(Check, TheStreamKeyIsMasked) {
  const Result result =
      check(with_command({"ffmpeg", "-i", "in", "-f", "flv", "rtmp://host/live/planted"}));
  EXPECT_EQ(result.code, 0);
  EXPECT_EQ((result.out + result.err).find("planted"), std::string::npos) << result.out;
}

Options with_file(const std::string& text) {
  const std::string path = testing::TempDir() + "check_test_" + std::to_string(getpid()) + ".yml";
  std::ofstream(path) << text;
  Options options;
  options.config_file = path;
  return options;
}

TEST(Check, AFallbackThatCannotBeSupervisedIsNamed) {
  const Result result = check(
      with_file("streams: [{command: [sh], fallback: [ffmpeg, -progress, p.log, -i, in, out]}]\n"));
  EXPECT_EQ(result.code, 2);
  EXPECT_NE(result.err.find("ffsupervisor: stream radio: fallback: the command has a -progress"),
            std::string::npos)
      << result.err;
}

TEST(Check, WarningsNameTheCommandTheyAreAbout) {
  const Result result =
      check(with_file("alerts: {command: [no-such-pager]}\n"
                      "streams: [{command: [sh], fallback: [no-such-ffmpeg, -i, in, out]}]\n"));
  EXPECT_EQ(result.code, 0);
  for (const char* line : {"warning: stream radio: fallback: \"no-such-ffmpeg\": not found",
                           "warning: alerts.command: \"no-such-pager\": not found"}) {
    EXPECT_NE(result.err.find(line), std::string::npos) << result.err;
  }
}

// Warnings quote words of the command.
TEST(Check, NoWarningShowsASecret) {
  const std::vector<std::vector<std::string>> commands{
      {"ffmpeg -i x -f flv rtmp://a.example/live2/planted-key-1"},
      {"sh", "-c", "ffmpeg -password planted-key-1 -i x -f hls http://h/planted-key-1/i.m3u8"},
      {"./ffmpeg.sh", "rtsp://u:a b@planted-key-1@h/x"},
      {"ffmpeg", "-i", "x", "-f", "hls", "http://h/planted-key-1/i.m3u8"},
      {"ffmpeg", "-i", "x", "udp://239.0.0.1:1?key=planted-key-1"},
      {"ffmpeg", "-i", "x", "rist://h:1?secret=planted-key-1"},
      {"ffmpeg", "-i", "x", "-f", "tee", "rtmp://h/a/planted-key-1|rtmp://h/a/planted-key-1"}};
  for (const auto& command : commands) {
    const Result result = check(with_command(command));
    EXPECT_EQ(result.code, 0) << result.err;
    EXPECT_NE(result.err.find("warning: "), std::string::npos) << command.back();
    EXPECT_EQ((result.out + result.err).find("planted-key-1"), std::string::npos)
        << result.out << result.err;
  }
}

TEST(Check, SaysWhatWillDisappoint) {
  const auto says = [](std::vector<std::string> command) {
    return check(with_command(std::move(command))).err;
  };
  const auto has = [](const std::string& text, const char* words) {
    return text.find(words) != std::string::npos;
  };
  EXPECT_TRUE(has(says({"ffmpeg", "-i", "x", "/rec/a.mp4"}), "recording /rec/a.mp4: without -y"));
  EXPECT_TRUE(has(says({"ffmpeg", "-y", "-i", "x", "a.ts"}), "a.ts: with -y each restart"));
  EXPECT_TRUE(has(says({"ffmpeg", "-i", "x", "-f", "tee", "[f=mpegts]a.ts|rtmp://h/a/b"}),
                  "a.ts: in a tee"));
  for (const char* output : {"/dev/null", "-", "pipe:1", "a.m3u8", "snap.jpg", "rtmp://h/a/b"})
    EXPECT_FALSE(has(says({"ffmpeg", "-i", "x", output}), "the recording")) << output;
  EXPECT_FALSE(has(says({"ffmpeg", "-i", "x", "-f", "segment", "a%d.ts"}), "the recording"));
  EXPECT_TRUE(has(says({"ffmpeg", "-i", "x", "udp://239.0.0.1:1"}), "no receiver acknowledges it"));
  EXPECT_TRUE(has(says({"ffmpeg", "-i", "x", "-f", "dash", "https://h/a.mpd"}),
                  "each segment has a connection of its own"));
  EXPECT_FALSE(has(says({"ffmpeg", "-i", "x", "icecast://s:p@h/m"}), "the output"));
  for (const char* rate : {"fps=1/60", "format=yuv420p,fps=fps=1/60:round=up", "fps=0.02"})
    EXPECT_TRUE(has(says({"ffmpeg", "-i", "x", "-vf", rate, "-f", "null", "-"}),
                    "raises monitor.freeze_timeout from 30s to"))
        << rate;
  EXPECT_TRUE(
      has(says({"ffmpeg", "-framerate", "1/40", "-i", "x", "-f", "null", "-"}), "-framerate 1/40"));
  EXPECT_FALSE(has(says({"ffmpeg", "-r", "25", "-i", "x", "-f", "null", "-"}), "freeze_timeout"));
  EXPECT_TRUE(
      has(says({"timeout", "10h", "ffmpeg", "-i", "x", "-f", "null", "-"}), "timeout stays"));
}

TEST(Check, SaysThatTwoHaveOneOutput) {
  const Result two = check(
      with_file("streams:\n"
                "  - {name: a, command: [ffmpeg, -i, x, -f, flv, \"rtmp://h/live/planted\"]}\n"
                "  - {name: b, command: [ffmpeg, -i, y, -f, flv, \"rtmp://h/live/planted/\"]}\n"));
  EXPECT_EQ(two.code, 0);
  EXPECT_NE(two.err.find("streams a and b have one output, rtmp://h/live/***"), std::string::npos)
      << two.err;
  const Result one =
      check(with_file("streams:\n"
                      "  - name: a\n"
                      "    command: [ffmpeg, -i, x, -f, flv, \"rtmp://h/live/planted\"]\n"
                      "    fallback: [ffmpeg, -i, y, -f, flv, \"rtmp://h/live/planted\"]\n"));
  EXPECT_EQ(one.err.find("one output"), std::string::npos) << one.err;
}

// A running instance of this configuration has it as well.
TEST(Check, ATakenAddressIsAWarningUnlessItIsRequired) {
  const int taken = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof address;
  ASSERT_EQ(bind(taken, reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(taken, 1), 0);
  getsockname(taken, reinterpret_cast<sockaddr*>(&address), &length);
  Options options = with_command({"sh"});
  options.listen = "127.0.0.1:" + std::to_string(ntohs(address.sin_port));
  const Result warned = check(options);
  EXPECT_EQ(warned.code, 0);
  EXPECT_NE(warned.err.find("warning: http.listen: cannot listen on " + *options.listen),
            std::string::npos)
      << warned.err;
  options.require_listen = true;
  EXPECT_EQ(check(options).code, 2);
  close(taken);
}

TEST(Check, AReferenceThatLeadsNowhereEndsWith2) {
  const Result result =
      check(with_file("alerts: {webhooks: [{url: {env: NO_SUCH_HOOK}}]}\n"
                      "streams: [{command: [sh]}]\n"));
  EXPECT_EQ(result.code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_NE(result.err.find("environment variable \"NO_SUCH_HOOK\" is not set"), std::string::npos)
      << result.err;
}

TEST(Check, TheSecretsOfAlertsAreMasked) {
  const Result result =
      check(with_file("alerts:\n"
                      "  alertmanager: [\"http://u:planted@host\"]\n"
                      "  webhooks: [{url: \"http://host/planted\", headers: {X: planted}}]\n"
                      "  command: [sh, --password, planted]\n"
                      "streams: [{command: [sh], fallback: [sh, \"rtmp://host/a/planted\"]}]\n"));
  EXPECT_EQ(result.code, 0) << result.err;
  EXPECT_EQ((result.out + result.err).find("planted"), std::string::npos) << result.out;
}

}  // namespace
}  // namespace supervisor
