#include "monitor/detectors/corruption.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using monitor::Cause;
using monitor::CorruptionDetector;
using monitor::Instant;

namespace {

constexpr monitor::Sign damaged{.cause = Cause::source_corrupt, .retryable = true, .rank = 10};

}  // namespace

TEST(Corruption, ComplaintsAgainAndAgainAreAWarning) {
  CorruptionDetector detector;
  Instant now{1h};
  for (int i = 0; i < 60; ++i) {
    now += 250ms;
    detector.on_sign(damaged, now);
  }
  const auto fault = detector.check(now);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->cause, Cause::source_corrupt);
  EXPECT_FALSE(fault->off_air);
  EXPECT_FALSE(detector.check(now + 10s)) << "it is over";
}

TEST(Corruption, AComplaintNowAndThenIsEverydayLife) {
  CorruptionDetector detector;
  Instant now{1h};
  for (int i = 0; i < 1000; ++i) {
    now += 1s;
    detector.on_sign(damaged, now);
    EXPECT_FALSE(detector.check(now));
  }
}

TEST(Corruption, OtherSignsAreNotItsMatter) {
  CorruptionDetector detector;
  const monitor::Sign lost{.cause = Cause::sink_lost, .retryable = true, .rank = 60};
  for (int i = 0; i < 100; ++i) detector.on_sign(lost, Instant{1h});
  EXPECT_FALSE(detector.check(Instant{1h}));
}
