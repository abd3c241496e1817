#include "recovery/source_wait.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

constexpr Instant start = Instant{} + 1000h;

class SourceWaitTest : public testing::Test {
 protected:
  Policy policy;  // a probe each 5 s, a retry each 30 s
  SourceWait source{true};
};

TEST_F(SourceWaitTest, AWaitProbesAtOnceAndOften) {
  source.begin(policy, false, false, start);
  EXPECT_EQ(source.deadline(), start);
  EXPECT_TRUE(source.accept(source.begin_probe(start), start));
  EXPECT_EQ(source.deadline(), start + SourceWait::between_requests);
}

TEST_F(SourceWaitTest, AProbeCountsAsARetryOnceEachInterval) {
  source.begin(policy, false, false, start);
  EXPECT_FALSE(source.count_retry(30s, start + 30s - 1ns));
  EXPECT_TRUE(source.count_retry(30s, start + 30s));
  EXPECT_FALSE(source.count_retry(30s, start + 31s));
  EXPECT_TRUE(source.count_retry(30s, start + 60s));
  EXPECT_EQ(source.retries(), 2U);
}

TEST_F(SourceWaitTest, RetriesThatWereMissedAreNotMadeUpFor) {
  source.begin(policy, false, false, start);
  EXPECT_TRUE(source.count_retry(30s, start + 10min));
  EXPECT_TRUE(source.count_retry(30s, start + 10min));
  EXPECT_FALSE(source.count_retry(30s, start + 10min + 1s));
}

TEST_F(SourceWaitTest, RetriesCountOverWaitsUntilHealthy) {
  source.resume(7);
  source.begin(policy, false, false, start);
  source.count_retry(30s, start + 30s);
  EXPECT_EQ(source.retries(), 8U);
  source.on_healthy();
  EXPECT_EQ(source.retries(), 0U);
}

TEST_F(SourceWaitTest, EachWaitAsksAnewWhetherItWasMissing) {
  source.begin(policy, false, false, start);
  EXPECT_FALSE(source.was_missing());
  source.note_missing();
  EXPECT_TRUE(source.was_missing());
  source.begin(policy, false, false, start + 1min);
  EXPECT_FALSE(source.was_missing());
  EXPECT_EQ(source.waited(start + 61s), 1s);
}

TEST_F(SourceWaitTest, TheFallbackWaitsForTheFirstProbe) {
  source.begin(policy, false, false, start);
  EXPECT_EQ(source.fallback_from(), start + SourceWait::patience);
  source.note_missing();
  EXPECT_LE(source.fallback_from(), start);
}

TEST_F(SourceWaitTest, OnlyAChangeIsNews) {
  EXPECT_FALSE(source.note(true)) << "as was assumed";
  EXPECT_TRUE(source.note(false));
  EXPECT_FALSE(source.note(false));
  EXPECT_TRUE(source.note(true));
  EXPECT_EQ(source.available(), true);
}

TEST_F(SourceWaitTest, ThatItIsMissingIsNewsAtFirst) {
  EXPECT_EQ(source.available(), std::nullopt);
  EXPECT_TRUE(source.note(false));
}

TEST_F(SourceWaitTest, AShorterIntervalHoldsAtOnceALongerOneLater) {
  source.begin(policy, false, false, start);
  policy.audio_stream.retry_interval = 10s;
  source.adjust(policy, start);
  EXPECT_EQ(source.deadline(), start);
  EXPECT_TRUE(source.count_retry(10s, start + 10s));
  policy.audio_stream.retry_interval = 1h;
  source.adjust(policy, start + 11s);
  EXPECT_TRUE(source.count_retry(1h, start + 20s));
}

TEST_F(SourceWaitTest, AnotherConfigurationLooksAtNothingThatRefused) {
  source.begin(policy, true, true, start);
  source.adjust(policy, start + 1s);
  EXPECT_EQ(source.deadline(), monitor::never);
}

TEST_F(SourceWaitTest, FfmpegsNewerWordEndsARefusalButNotTheServersTime) {
  source.begin(policy, true, true, start);
  source.on_launch(start + 2s);
  source.begin(policy, true, false, start + 5s);
  EXPECT_EQ(source.deadline(), start + 5s) << "it found something else: looks are allowed";
  source.note_answer({.answer = monitor::LookAnswer::refused, .retry_after = 60s}, start + 5s);
  source.begin(policy, true, false, start + 10s);
  EXPECT_EQ(source.deadline(), monitor::never);
  EXPECT_GE(source.trial_at(policy, false), start + 65s);
}

// A look that was asked for before the launch is answered after it.
TEST_F(SourceWaitTest, ARefusalAfterTheLaunchOutlastsWhatThatFfmpegFound) {
  source.begin(policy, true, false, start);
  source.on_launch(start + 2s);
  source.note_answer({.answer = monitor::LookAnswer::refused}, start + 3s);
  source.begin(policy, true, false, start + 5s);
  EXPECT_EQ(source.deadline(), monitor::never);
}

TEST_F(SourceWaitTest, AtRestAnotherPaceBeginsNoProbes) {
  source.set_pace(1s, start);
  EXPECT_EQ(source.deadline(), monitor::never);
  source.watch(5s, start);
  source.set_pace(1s, start);
  EXPECT_EQ(source.deadline(), start + 1s);
}

}  // namespace
}  // namespace recovery
