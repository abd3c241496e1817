// What a held stream's command comes to.

#include "supervisor/hold/held_parts.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "supervisor/hold/ask_held.hpp"

namespace supervisor {
namespace {

using monitor::Output;

StreamConfig held_config() {
  Config config;
  StreamConfig& stream = config.streams.emplace_back();
  stream.hold = true;
  stream.command = {"ffmpeg", "-i",
                    "a",      "-c",
                    "copy",   "-f",
                    "tee",    "-map",
                    "0",      "[f=flv]rtmp://own:1935/live/k|[f=flv]rtmp://far/live/k|x.mkv"};
  stream.sink.url = "http://own:8080/stat";
  ask_held(config);
  return config.streams.front();
}

TEST(HeldParts, EachNetworkOutputIsPublishedAndAFileStaysWithTheEncoder) {
  const HeldStream held = make_held_stream(held_config(), {}, Secrets());
  ASSERT_EQ(held.outputs->outputs.size(), 2U);
  EXPECT_EQ(held.outputs->outputs[0].parts->output, "own");
  EXPECT_EQ(held.outputs->outputs[1].parts->output, "far");
  ASSERT_EQ(held.encoder.outputs.size(), 3U);
  EXPECT_TRUE(held.encoder.outputs[0].is_published);
  EXPECT_FALSE(held.encoder.outputs[2].is_published);
}

// Those of another server know no publisher of its stream.
TEST(HeldParts, TheStatisticsOfAServerAreReadForItsOutputAlone) {
  const HeldStream held = make_held_stream(held_config(), {}, Secrets());
  EXPECT_EQ(held.outputs->outputs[0].parts->config.sink.url, "http://own:8080/stat");
  EXPECT_EQ(held.outputs->outputs[1].parts->config.sink.url, "");
}

TEST(HeldParts, TheEncodersPipesGetTheirNumbersAtTheLaunch) {
  const HeldStream held = make_held_stream(held_config(), {}, Secrets());
  ASSERT_EQ(held.outputs->pipes, 1U);
  const auto argv = with_descriptors(held.encoder.spec.argv, {42});
  const auto has = [&](std::string_view text) {
    return std::ranges::any_of(
        argv, [text](const std::string& word) { return word.find(text) != word.npos; });
  };
  EXPECT_TRUE(has("pipe:42"));
  EXPECT_FALSE(has("rtmp://"));
}

}  // namespace
}  // namespace supervisor
