#include "recovery/lookout.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace recovery {
namespace {

using namespace std::chrono_literals;

class LookoutTest : public testing::Test {
 protected:
  // Looks and answers at once for `span`; how many looks that took.
  int look_for(Duration span) {
    int looks = 0;
    for (const Instant until = now + span; lookout.deadline() <= until; ++looks) {
      now = std::max(now, lookout.deadline());
      EXPECT_TRUE(lookout.accept(lookout.begin(now), now));
    }
    return looks;
  }

  Lookout lookout{true, 200ms};
  Instant now = Instant{} + 1000h;
};

TEST_F(LookoutTest, RestsUntilSomethingIsWanted) {
  EXPECT_EQ(lookout.deadline(), monitor::never);
}

TEST_F(LookoutTest, WhatCannotBeLookedAtIsNeverLookedAt) {
  Lookout blind(false, 200ms);
  blind.watch(5s, now);
  EXPECT_EQ(blind.deadline(), monitor::never);
  blind.await(5s, now);
  EXPECT_EQ(blind.deadline(), monitor::never);
}

TEST_F(LookoutTest, WatchesAtASteadyPace) {
  lookout.watch(5s, now);
  EXPECT_EQ(look_for(60s), 12);
}

TEST_F(LookoutTest, LooksAtOnceWhenAReturnIsAwaited) {
  lookout.await(5s, now);
  EXPECT_EQ(lookout.deadline(), now);
}

TEST_F(LookoutTest, AMinuteOfWaitingCostsNoMoreThanThreeHundredLooks) {
  lookout.await(5s, now);
  const int looks = look_for(60s);
  EXPECT_GT(looks, 200);
  EXPECT_LT(looks, 300);
}

TEST_F(LookoutTest, AReturnIsSeenWithinHalfAPercentOfTheTimeWaitedOrThePaceGiven) {
  lookout.await(5s, now);
  const Instant began = now;
  look_for(100s);
  EXPECT_LE(lookout.deadline() - now, (now - began) / 200);
  look_for(10h);
  EXPECT_EQ(lookout.deadline() - now, 5s);
}

TEST_F(LookoutTest, APaceQuickerThanTheShortestIntervalIsKept) {
  lookout.await(50ms, now);
  EXPECT_GE(look_for(1s), 20);
}

TEST_F(LookoutTest, AnAnswerToALookThatAnotherHasReplacedIsRefused) {
  lookout.await(5s, now);
  const std::uint64_t old = lookout.begin(now);
  lookout.await(5s, now);
  const std::uint64_t newer = lookout.begin(now);
  EXPECT_FALSE(lookout.accept(old, now));
  EXPECT_TRUE(lookout.accept(newer, now));
  EXPECT_FALSE(lookout.accept(newer, now)) << "the same answer twice";
}

TEST_F(LookoutTest, NoSecondLookBeginsWhileOneIsUnderWay) {
  lookout.await(1s, now);
  lookout.begin(now);
  EXPECT_GE(lookout.deadline() - now, 10s);
}

TEST_F(LookoutTest, ALookWhoseAnswerIsLostIsMadeAgain) {
  lookout.await(1s, now);
  lookout.begin(now);
  EXPECT_LE(lookout.deadline() - now, 1min);
}

TEST_F(LookoutTest, WhatWasSeenToBeGoneIsLookedForOften) {
  lookout.watch(5s, now);
  lookout.hasten(now);
  EXPECT_EQ(lookout.deadline() - now, 200ms) << "not at once: it has just been looked at";
  EXPECT_GT(look_for(10s), 40);
}

TEST_F(LookoutTest, AnAnswerAtRestIsRefused) {
  lookout.watch(5s, now);
  const std::uint64_t number = lookout.begin(now);
  lookout.rest();
  EXPECT_FALSE(lookout.accept(number, now));
  EXPECT_EQ(lookout.deadline(), monitor::never);
}

}  // namespace
}  // namespace recovery
