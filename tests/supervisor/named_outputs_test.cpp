#include "supervisor/hold/named_outputs.hpp"

#include <gtest/gtest.h>

#include "held_stand.hpp"

namespace supervisor {
namespace {

using namespace test::taken_apart;

HeldCommand named(const std::string& text, const std::vector<NamedOutput>& outputs) {
  return held_command(FfmpegCommand(split(text)), help(), outputs);
}

std::string named_refusal(const std::string& text, const std::vector<NamedOutput>& outputs) {
  try {
    named(text, outputs);
  } catch (const CommandError& error) {
    return error.what();
  }
  return "";
}

const NamedOutput youtube{"youtube", {"-f", "flv", "-flvflags", "no_metadata", "rtmp://y/a/k"}};

TEST(NamedOutputs, ShareOnePipe) {
  const auto taken =
      named("ffmpeg -i x -c:v libx264 -c:a aac -flags +global_header -metadata title=t",
            {youtube, {"own", {"-f", "mpegts", "-mode", "caller", "srt://o:1"}}});
  EXPECT_EQ(encoder(taken), "ffmpeg -i x -c:v libx264 -c:a aac " + ts + "pipe:20");
  ASSERT_EQ(taken.publishers.size(), 2u);
  EXPECT_EQ(taken.publishers[0].name, "youtube");
  EXPECT_TRUE(publisher(taken, 0).ends_with(
      "500000 -metadata title=t -flvflags no_metadata -f flv rtmp://y/a/k"));
  EXPECT_TRUE(publisher(taken, 1).ends_with("-metadata title=t -mode caller -f mpegts srt://o:1"));
}

TEST(NamedOutputs, FollowTheOutputsThatTheCommandHas) {
  const auto taken = named("ffmpeg -i x -c copy r.mp4 -c:v copy -c:a aac", {youtube});
  EXPECT_EQ(encoder(taken), "ffmpeg -i x -c copy r.mp4 -c:v copy -c:a aac " + ts + "pipe:20");
  EXPECT_NE(named_refusal("ffmpeg -i x -f flv rtmp://h/a/k", {youtube}).find("must end before"),
            std::string::npos);
}

TEST(NamedOutputs, OneOfSoundTakesTheSound) {
  const auto taken = named("ffmpeg -i x -c:v libx264 -c:a libmp3lame",
                           {youtube,
                            {"radio", {"-f", "mp3", "icecast://h/m"}},
                            {"two", {"-map", "0:a:1", "-f", "mp3", "icecast://h/2"}}});
  EXPECT_NE(publisher(taken, 0).find("-map 0 "), std::string::npos);
  EXPECT_NE(publisher(taken, 1).find("-map 0:a "), std::string::npos);
  EXPECT_NE(publisher(taken, 2).find("-map 0:a:1 "), std::string::npos);
}

TEST(NamedOutputs, AreOneOutputEachThatOnlyPublishes) {
  const std::string command = "ffmpeg -i x -c copy";
  EXPECT_EQ(named_refusal(command, {{"a", {"-b:v", "1M", "-f", "flv", "rtmp://y/a/k"}}}),
            "outputs.a: -b:v belongs to encoding, which is done once for all outputs: put it into "
            "command");
  EXPECT_NE(named_refusal(command, {{"a", {"-c:a", "aac", "-f", "flv", "rtmp://y/a/k"}}}), "");
  EXPECT_EQ(named_refusal(command, {{"a", {"-c", "copy", "-vn", "-f", "flv", "rtmp://y/a/k"}}}),
            "");
  EXPECT_NE(named_refusal(command, {{"a", {"-f", "flv"}}}), "");
  EXPECT_NE(named_refusal(command, {{"a", {}}}), "");
  EXPECT_NE(named_refusal(command, {{"a", {"-f", "flv", "rtmp://y/a/k", "-an"}}}), "");
  EXPECT_NE(named_refusal(command, {{"a", {"-i", "x", "-f", "flv", "rtmp://y/a/k"}}}), "");
  EXPECT_NE(named_refusal(command, {{"a", {"-f", "tee", "[f=flv]rtmp://y/a/k|b.ts"}}}), "");
  EXPECT_NE(named_refusal(command, {{"a", {"a.mp4"}}}).find("no network output"),
            std::string::npos);
  EXPECT_NE(named_refusal("ffmpeg -i x -f flv", {youtube}), "");
  EXPECT_NE(named_refusal(command, {}), "");
}

}  // namespace
}  // namespace supervisor
