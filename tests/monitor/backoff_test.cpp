#include "monitor/backoff.hpp"

#include <limits>

#include <gtest/gtest.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

TEST(Backoff, TheDelayDoublesFromTheFirstUpToTheMaximum) {
  const Backoff backoff(1s, 60s);
  EXPECT_EQ(backoff.after(1), 1s);
  EXPECT_EQ(backoff.after(2), 2s);
  EXPECT_EQ(backoff.after(3), 4s);
  EXPECT_EQ(backoff.after(6), 32s);
  EXPECT_EQ(backoff.after(7), 60s);
}

TEST(Backoff, WithoutAFailureThereIsNoDelay) {
  EXPECT_EQ(Backoff(1s, 60s).after(0), 0s);
}

TEST(Backoff, GrowsByItsFactor) {
  const Backoff backoff(100ms, 1h, 3);
  EXPECT_EQ(backoff.after(2), 300ms);
  EXPECT_EQ(backoff.after(3), 900ms);
}

TEST(Backoff, NoNumberOfFailuresPassesTheMaximum) {
  constexpr unsigned most = std::numeric_limits<unsigned>::max();
  EXPECT_EQ(Backoff(1s, 60s).after(most), 60s);
  EXPECT_EQ(Backoff(1ns, 24h * 365, 1e6).after(most), 24h * 365);
}

TEST(Backoff, AFirstDelayOfZeroStaysZero) {
  EXPECT_EQ(Backoff(0s, 60s).after(std::numeric_limits<unsigned>::max()), 0s);
}

TEST(Backoff, AFirstDelayAboveTheMaximumIsTheMaximum) {
  EXPECT_EQ(Backoff(10min, 2min).after(1), 2min);
}

TEST(Backoff, JitterShortensByAtMostItsShareAndNeverBelowTheFirst) {
  const Backoff backoff(1s, 60s);
  std::minstd_rand random(7);
  bool differs = false;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(backoff.after(1, 0.2, random), 1s);
    const Duration delay = backoff.after(7, 0.2, random);
    ASSERT_GE(delay, 48s);
    ASSERT_LE(delay, 60s);
    differs = differs || delay < 58s;
  }
  EXPECT_TRUE(differs);
}

TEST(Backoff, TheSameSeedGivesTheSameJitter) {
  std::minstd_rand one(3), other(3);
  EXPECT_EQ(Backoff(1s, 60s).after(5, 0.5, one), Backoff(1s, 60s).after(5, 0.5, other));
}

}  // namespace
}  // namespace monitor
