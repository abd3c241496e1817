// What a command's own options do to the limits, and how its source is looked at.
#include <sstream>

#include <gtest/gtest.h>

#include "supervisor/stream/prepared_command.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;
using monitor::probes::Reach;

FfmpegCommand command(const std::string& text) {
  std::istringstream words(text);
  std::vector<std::string> argv;
  for (std::string word; words >> word;) argv.push_back(word);
  return FfmpegCommand(argv);
}

monitor::Limits limits_of(const std::string& text) {
  return effective_limits({}, command(text));
}

TEST(CommandLimits, AFrameRateRaisesThem) {
  for (const char* rate : {"-r 1/60", "-vf fps=1/60", "-filter:v fps=fps=1/60", "-fpsmax 1/60",
                           "-filter_complex [0:v]fps=1/60[v]"}) {
    const auto limits = limits_of("ffmpeg -i x " + std::string(rate) + " -f null -");
    EXPECT_EQ(limits.freeze_timeout, 2min) << rate;
    EXPECT_EQ(limits.startup_timeout, 2min) << rate;
    EXPECT_EQ(limits.min_speed.hold, 2min) << rate;
  }
  EXPECT_EQ(limits_of("ffmpeg -f lavfi -i testsrc=s=80x60:r=1/60 -f null -").freeze_timeout, 2min);
  EXPECT_EQ(limits_of("ffmpeg -i x -r 25 -ar 44100 -f null -").freeze_timeout, 30s);
}

TEST(CommandLimits, AnAnalysisIsAddedUpOverTheInputs) {
  EXPECT_EQ(limits_of("ffmpeg -i x y").analysis, 0s);
  EXPECT_EQ(limits_of("ffmpeg -analyzeduration 40M -i x y").analysis, 35s);
  EXPECT_EQ(limits_of("ffmpeg -analyzeduration 40000000 -i x -analyzeduration 15M -i z y").analysis,
            45s);
  EXPECT_EQ(limits_of("ffmpeg -probesize 50M -i x y").analysis, 45s);
  EXPECT_EQ(limits_of("ffmpeg -probesize 32 -analyzeduration 0 -i x y").analysis, 0s);
  EXPECT_EQ(limits_of("ffmpeg -analyzeduration 99999G -i x y").analysis, 1h);
}

TEST(SourceProbeSetting, DecidesHowTheSourceIsLookedAt) {
  StreamConfig config;
  const FfmpegCommand of = command("ffmpeg -i http://h/a.mp3 -i rtsp://h/b -i c.png y");
  EXPECT_EQ(sources_of(config, of)[0].reach, Reach::media);
  EXPECT_EQ(sources_of(config, of)[1].reach, Reach::rtsp);
  config.source_probe = SourceProbe::connect;
  EXPECT_EQ(sources_of(config, of)[0].reach, Reach::tcp);
  EXPECT_EQ(sources_of(config, of)[1].reach, Reach::tcp);
  EXPECT_EQ(sources_of(config, of)[2].reach, Reach::path);
  config.source_probe = SourceProbe::none;
  EXPECT_TRUE(sources_of(config, of).empty());
  config.source_url = "http://h/other";
  EXPECT_TRUE(sources_of(config, of).empty());
}

}  // namespace
}  // namespace supervisor
