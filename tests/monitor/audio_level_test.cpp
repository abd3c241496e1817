#include "monitor/ffmpeg/audio_level.hpp"

#include <string>

#include <gtest/gtest.h>

#include "monitor/ffmpeg/progress.hpp"

namespace monitor {
namespace {

const std::string peak = "lavfi.astats.Overall.Peak_level=";
const std::string rms = "lavfi.astats.Overall.RMS_level=";

TEST(AudioLevel, IsPutTogetherFromItsTwoLines) {
  AudioLevelReader reader;
  EXPECT_FALSE(reader.take(peak + "-17.674202"));
  EXPECT_EQ(reader.take(rms + "-23.17"), (AudioLevel{-23.17, -17.674202}));
  EXPECT_FALSE(reader.take(rms + "-20\r")) << "the next moment";
  EXPECT_EQ(reader.take(peak + "-3\r"), (AudioLevel{-20, -3}));
}

TEST(AudioLevel, SilenceHasALevelToo) {
  AudioLevelReader reader;
  reader.take(peak + "-inf");
  EXPECT_EQ(reader.take(rms + "-inf"), (AudioLevel{-120, -120}));
  reader.take(peak + "-140.5");
  EXPECT_EQ(reader.take(rms + "1e300"), (AudioLevel{60, -120})) << "what no sound has is cut off";
}

TEST(AudioLevel, AnyOtherLineIsNone) {
  AudioLevelReader reader;
  for (const std::string& line :
       {std::string(), std::string("lavfi.silence_start=3"), peak, peak + "nan", peak + "-3 ",
        std::string("lavfi.astats.Overall.Peak_level"), std::string("lavfi.astats.1.RMS_level=-3"),
        std::string("lavfi.astats.Overall.Peak_count=2")})
    EXPECT_FALSE(reader.take(line)) << line;
  EXPECT_FALSE(reader.take(rms + "-3")) << "its peak was never told";
}

TEST(AudioLevel, StandsBesideTheBlocksOfProgress) {
  ProgressParser parser;
  EXPECT_FALSE(parser.level());
  parser.feed("frame=3\n" + peak + "-6\nframe:31   pts:32736   pts_time:0.68\n" + rms + "-9");
  EXPECT_FALSE(parser.level()) << "the line has not ended";
  EXPECT_EQ(parser.feed("\nprogress=continue\n").size(), 1U);
  EXPECT_EQ(parser.level(), (AudioLevel{-9, -6}));
  parser.feed("frame=4\n");
  EXPECT_FALSE(parser.level()) << "of these bytes";
  EXPECT_EQ(parser.rejected_lines(), 0U);
}

}  // namespace
}  // namespace monitor
