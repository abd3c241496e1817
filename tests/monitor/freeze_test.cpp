#include "monitor/detectors/freeze.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Instant launch{1000s};
constexpr Duration startup = 20s;
constexpr Duration freeze = 30s;

Progress video(std::int64_t frame, std::chrono::microseconds out_time = 0us) {
  Progress block;
  block.frame = frame;
  block.out_time = out_time;
  return block;
}

Progress audio(std::optional<std::chrono::microseconds> out_time,
               std::optional<std::int64_t> total_size_bytes) {
  Progress block;
  block.out_time = out_time;
  block.total_size_bytes = total_size_bytes;
  return block;
}

FreezeDetector detector() {
  return FreezeDetector(startup, freeze, launch);
}

TEST(Freeze, NothingWithinTheStartupTimeoutIsAFault) {
  const FreezeDetector silent = detector();
  EXPECT_EQ(silent.deadline(), launch + startup);
  EXPECT_FALSE(silent.check(launch + startup - 1ns));
  const auto fault = silent.check(launch + startup);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->cause, Cause::encoder_frozen);
  EXPECT_TRUE(fault->off_air);
  EXPECT_EQ(fault->sentence, "No output within 20.0 s of the launch; no progress block has come.");
}

TEST(Freeze, BlocksWithoutOutputAreNoStart) {
  FreezeDetector frozen = detector();
  Progress empty;  // 7.1's blocks while it opens its outputs
  empty.frame = 0;
  empty.total_size_bytes = 0;
  for (auto now = launch + 1s; now < launch + startup; now += 1s) {
    EXPECT_FALSE(frozen.on_progress(empty, now));
  }
  EXPECT_FALSE(frozen.has_advanced());
  EXPECT_EQ(frozen.check(launch + startup)->sentence,
            "No output within 20.0 s of the launch; progress blocks still come.");
}

TEST(Freeze, TheFirstBlockWithOutputIsAnAdvance) {
  EXPECT_TRUE(detector().on_progress(video(1), launch + 1s));
  EXPECT_TRUE(detector().on_progress(audio(1us, {}), launch + 1s));
  EXPECT_TRUE(detector().on_progress(audio({}, 48), launch + 1s));
  EXPECT_FALSE(detector().on_progress(audio(-21ms, {}), launch + 1s));
  EXPECT_FALSE(detector().on_progress(Progress{}, launch + 1s));
}

TEST(Freeze, SilenceLongerThanTheLimitIsAFault) {
  FreezeDetector silent = detector();
  silent.on_progress(video(1), launch + 1s);
  silent.on_progress(video(750, 29'970ms), launch + 2s);
  EXPECT_EQ(silent.deadline(), launch + 2s + freeze);
  EXPECT_FALSE(silent.check(silent.deadline() - 1ns));
  EXPECT_EQ(
      silent.check(silent.deadline() + 100ms)->sentence,
      "No progress for 30.1 s: frame has stood at 750 and out_time at 00:00:29.97; no progress "
      "block has come.");
}

TEST(Freeze, BlocksThatDoNotAdvanceAreNoHeartbeat) {
  FreezeDetector frozen = detector();
  frozen.on_progress(video(750, 30s), launch + 1s);
  for (auto now = launch + 2s; now <= launch + 31s; now += 1s) {
    EXPECT_FALSE(frozen.on_progress(video(750, 30s), now));
  }
  ASSERT_TRUE(frozen.check(launch + 31s));
  EXPECT_TRUE(frozen.check(launch + 31s)->sentence.ends_with("progress blocks still come."));
}

// A looped picture with a dead audio source, or the reverse: what is seen is what counts.
TEST(Freeze, WhereThereIsVideoOnlyFramesCount) {
  FreezeDetector frozen = detector();
  frozen.on_progress(video(2, 1s), launch + 1s);
  EXPECT_FALSE(frozen.on_progress(video(2, 2s), launch + 2s));
}

TEST(Freeze, AnAttachedPictureIsNoVideo) {
  FreezeDetector cover = detector();
  cover.on_progress(video(1, 1s), launch + 1s);
  EXPECT_TRUE(cover.on_progress(video(1, 2s), launch + 2s));
}

TEST(Freeze, AudioAdvancesByOutTimeOrBySize) {
  FreezeDetector audio_only = detector();
  audio_only.on_progress(audio(1s, 100), launch + 1s);
  EXPECT_TRUE(audio_only.on_progress(audio(2s, 100), launch + 2s));
  EXPECT_TRUE(audio_only.on_progress(audio(2s, 200), launch + 3s));
  EXPECT_FALSE(audio_only.on_progress(audio(2s, 200), launch + 4s));
}

TEST(Freeze, OneFrameASecondIsHealthy) {
  FreezeDetector slide = detector();
  for (int i = 1; i < 600; ++i) {
    slide.on_progress(video(i / 2, 1s * (i / 2)), launch + i * 500ms);
    ASSERT_FALSE(slide.check(launch + i * 500ms));
  }
}

TEST(Freeze, AValueThatStepsBackIsNoAdvanceButGrowthFromThereIs) {
  FreezeDetector stepping = detector();
  stepping.on_progress(audio(40s, {}), launch + 1s);
  EXPECT_FALSE(stepping.on_progress(audio(12s, {}), launch + 2s));
  EXPECT_TRUE(stepping.on_progress(audio(13s, {}), launch + 3s));
}

TEST(Freeze, ABlockWithoutAValueDoesNotForgetIt) {
  FreezeDetector torn = detector();
  torn.on_progress(audio(40s, {}), launch + 1s);
  torn.on_progress(Progress{}, launch + 2s);
  EXPECT_FALSE(torn.on_progress(audio(40s, {}), launch + 3s));
}

TEST(Freeze, TheLastBlockCountsLikeAnyOther) {
  FreezeDetector ending = detector();
  ending.on_progress(video(10), launch + 1s);
  Progress last = video(11);
  last.end = true;
  EXPECT_TRUE(ending.on_progress(last, launch + 2s));
}

TEST(Freeze, TimeInWhichNothingRanCountsForNoFault) {
  FreezeDetector paused = detector();
  paused.on_progress(video(10), launch + 1s);
  paused.rebase(launch + 3600s);
  EXPECT_EQ(paused.deadline(), launch + 3600s + freeze);
  EXPECT_TRUE(paused.check(launch + 3600s + freeze));
}

TEST(Freeze, AProcessStoppedWhileItStartsIsNotWaitedForAsLongAsAStart) {
  FreezeDetector starting(10min, freeze, launch);
  ProcessSample sample;
  sample.state = 'T';
  starting.on_sample(sample, launch + 1s);
  starting.on_sample(sample, launch + 2s);
  EXPECT_EQ(starting.deadline(), launch + 1s + freeze);
  EXPECT_FALSE(starting.check(launch + freeze));
  const auto fault = starting.check(launch + 1s + freeze);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->sentence, "Stopped by a signal for 30.0 s.");
  sample.state = 'S';
  starting.on_sample(sample, launch + 1s + freeze);
  EXPECT_FALSE(starting.check(launch + 1s + freeze));
}

TEST(Freeze, AnAdvanceEndsTheFault) {
  FreezeDetector resumed = detector();
  resumed.on_progress(video(10), launch + 1s);
  ASSERT_TRUE(resumed.check(launch + 60s));
  resumed.on_progress(video(11), launch + 61s);
  EXPECT_FALSE(resumed.check(launch + 61s));
}

TEST(Freeze, ExtremeValuesDoNoHarm) {
  FreezeDetector wild = detector();
  wild.on_progress(audio(std::chrono::microseconds::min() + 2us, 0), launch + 1s);
  EXPECT_TRUE(wild.on_progress(
      audio(std::chrono::microseconds::max(), std::numeric_limits<std::int64_t>::max()),
      launch + 2s));
  EXPECT_TRUE(wild.check(launch + 60s));
}

}  // namespace
}  // namespace monitor
