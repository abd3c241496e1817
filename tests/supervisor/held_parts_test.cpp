// What a held stream's command comes to.

#include "supervisor/hold/held_parts.hpp"

#include <algorithm>

#include <gtest/gtest.h>

#include "supervisor/hold/ask_held.hpp"

namespace supervisor {
namespace {

using monitor::Output;
using namespace std::chrono_literals;

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

StreamConfig with_named_outputs() {
  Config config;
  StreamConfig& stream = config.streams.emplace_back();
  stream.hold = true;
  stream.command = {"ffmpeg", "-i", "a", "-c", "copy", "x.mkv", "-c", "copy"};
  stream.outputs = {{"youtube", {"-f", "flv", "rtmp://far/live/k"}},
                    {"own", {"-f", "flv", "rtmp://near/live/k"}, false, {1 << 20, 2s}}};
  stream.sink.url = "http://near:8080/stat";
  ask_held(config);
  return config.streams.front();
}

TEST(HeldParts, OutputsBesideTheCommandFollowItsOwn) {
  const HeldStream held = make_held_stream(with_named_outputs(), {}, Secrets());
  ASSERT_EQ(held.encoder.outputs.size(), 3U);
  EXPECT_EQ(held.encoder.outputs[0].name, "file");
  EXPECT_FALSE(held.encoder.outputs[0].is_published);
  const Output &youtube = held.encoder.outputs[1], &own = held.encoder.outputs[2];
  EXPECT_EQ(youtube.name, "youtube");
  EXPECT_TRUE(youtube.is_published && youtube.required && youtube.is_rtmp);
  EXPECT_EQ(own.name, "own");
  EXPECT_FALSE(own.required);
  EXPECT_EQ(held.outputs->pipes, 1U);
  ASSERT_EQ(held.outputs->outputs.size(), 2U);
  EXPECT_EQ(held.outputs->outputs[0].buffer, recovery::splice::QueueLimits{});
  EXPECT_EQ(held.outputs->outputs[1].buffer.span, 2s);
  EXPECT_EQ(held.outputs->outputs[0].parts->config.sink.url, "");
  EXPECT_EQ(held.outputs->outputs[1].parts->config.sink.url, "http://near:8080/stat");
}

TEST(HeldParts, TheFallbackWritesToTheSameOutputs) {
  StreamConfig config = with_named_outputs();
  config.fallback = {"ffmpeg", "-stream_loop", "-1", "-i", "b", "-c", "copy"};
  const HeldStream stream = make_held_stream(config, {}, Secrets());
  ASSERT_TRUE(stream.fallback);
  const PreparedCommand& fallback = *stream.fallback;
  ASSERT_EQ(fallback.outputs.size(), 2U);
  EXPECT_EQ(fallback.outputs[0].name, "youtube");
  config.fallback.insert(config.fallback.end(), {"-f", "flv", "rtmp://far/live/k"});
  EXPECT_THROW(make_held_stream(config, {}, Secrets()), CommandError);
}

// Else a source that pauses would end its publishers.
TEST(HeldParts, APublisherIsNotFrozenBeforeItHearsThatItsInputIsIdle) {
  StreamConfig config = held_config();
  config.monitor.freeze_timeout = 2s;
  const auto freeze_timeout = [&config] {
    const HeldStream held = make_held_stream(config, {}, Secrets());
    return held.outputs->outputs[0].parts->setup().limits.freeze_timeout;
  };
  EXPECT_EQ(freeze_timeout(), 3s);
  config.monitor.freeze_timeout = 30s;
  EXPECT_EQ(freeze_timeout(), 30s);
}

TEST(HeldParts, AFallbackThatReadsTheSameServerDoesNotStandByByItself) {
  StreamConfig config = with_named_outputs();
  config.fallback = config.command = {"ffmpeg", "-i", "rtsp://u:secret@camera/1", "-c", "copy"};
  const HeldStream stream = make_held_stream(config, {}, Secrets());
  EXPECT_EQ(stream.outputs->standby_choice, recovery::StandbyChoice::never);
  ASSERT_EQ(stream.fallback->warnings.size(), 1U);
  EXPECT_NE(stream.fallback->warnings[0].find("camera/1"), std::string::npos);
  config.fallback_standby = recovery::StandbyChoice::always;
  EXPECT_EQ(make_held_stream(config, {}, Secrets()).outputs->standby_choice,
            recovery::StandbyChoice::always);
}

TEST(HeldParts, AnOutputHasANameOfItsOwn) {
  StreamConfig config = with_named_outputs();
  config.outputs[1].name = "file";
  try {
    make_held_stream(config, {}, Secrets());
    FAIL();
  } catch (const CommandError& error) {
    EXPECT_EQ(std::string(error.what()),
              "stream radio: outputs.file: the command has an output of that name itself, expected "
              "another");
  }
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
