#include "recovery/probe_schedule.hpp"

#include <chrono>

#include <gtest/gtest.h>

namespace recovery {
namespace {

using namespace std::chrono_literals;

class ProbeScheduleTest : public testing::Test {
 protected:
  // Looks and answers at once for `span`; how many looks that took.
  int look_for(Duration span) {
    int looks = 0;
    for (const Instant until = now + span; schedule.deadline() <= until; ++looks) {
      now = std::max(now, schedule.deadline());
      EXPECT_TRUE(schedule.accept(schedule.begin(now), now));
    }
    return looks;
  }

  ProbeSchedule schedule{true, 200ms};
  Instant now = Instant{} + 1000h;
};

TEST_F(ProbeScheduleTest, RestsUntilSomethingIsWanted) {
  EXPECT_EQ(schedule.deadline(), monitor::never);
}

TEST_F(ProbeScheduleTest, WhatCannotBeLookedAtIsNeverLookedAt) {
  ProbeSchedule blind(false, 200ms);
  blind.watch(5s, now);
  EXPECT_EQ(blind.deadline(), monitor::never);
  blind.await(5s, now, now);
  EXPECT_EQ(blind.deadline(), monitor::never);
}

TEST_F(ProbeScheduleTest, WatchesAtASteadyPace) {
  schedule.watch(5s, now);
  EXPECT_EQ(look_for(60s), 12);
}

TEST_F(ProbeScheduleTest, TheFirstLookComesAsSoonAsThePaceSinceTheLastOneAllows) {
  schedule.watch_at_once(5s, now);
  EXPECT_EQ(schedule.deadline(), now);
  schedule.accept(schedule.begin(now), now);
  now += 2s;
  schedule.watch_at_once(5s, now);
  EXPECT_EQ(schedule.deadline(), now + 3s);
}

TEST_F(ProbeScheduleTest, ALookThatIsUnderWayCountsAsTheFirst) {
  schedule.watch(5s, now);
  now += 5s;
  const std::uint64_t number = schedule.begin(now);
  schedule.watch_at_once(5s, now + 1s);
  EXPECT_TRUE(schedule.accept(number, now + 2s));
}

TEST_F(ProbeScheduleTest, LooksAtOnceWhenAReturnIsAwaited) {
  schedule.await(5s, now, now);
  EXPECT_EQ(schedule.deadline(), now);
}

TEST_F(ProbeScheduleTest, ProbesAreFiveASecondAtFirstAndFewerFromThenOn) {
  schedule.await(5s, now, now);
  int before = look_for(4s);
  EXPECT_GT(before, 15);
  EXPECT_LE(before, 21);
  for (int stretch = 0; stretch < 20; ++stretch) {
    const int looks = look_for(4s);
    EXPECT_LE(looks, before + 1) << "the instants do not fall on the borders of the stretches";
    before = looks;
  }
  EXPECT_LE(before, 5);
}

TEST_F(ProbeScheduleTest, AReturnAfterAMinuteIsSeenWithinASecondAndNeverLaterThanThePaceGiven) {
  schedule.await(5s, now, now);
  look_for(60s);
  EXPECT_LE(schedule.deadline() - now, 1s);
  look_for(10h);
  EXPECT_EQ(schedule.deadline() - now, 5s);
}

TEST_F(ProbeScheduleTest, AnotherWaitOfTheSameOutageGoesOnAsRarely) {
  schedule.await(5s, now, now);
  look_for(60s);
  schedule.await(5s, now - 60s, now);
  EXPECT_LE(look_for(4s), 6);
}

TEST_F(ProbeScheduleTest, APaceQuickerThanTheShortestIntervalIsKept) {
  schedule.await(50ms, now, now);
  EXPECT_GE(look_for(1s), 20);
}

TEST_F(ProbeScheduleTest, AnAnswerToALookThatAnotherHasReplacedIsRefused) {
  schedule.await(5s, now, now);
  const std::uint64_t old = schedule.begin(now);
  schedule.await(5s, now, now);
  const std::uint64_t newer = schedule.begin(now);
  EXPECT_FALSE(schedule.accept(old, now));
  EXPECT_TRUE(schedule.accept(newer, now));
  EXPECT_FALSE(schedule.accept(newer, now)) << "the same answer twice";
}

TEST_F(ProbeScheduleTest, NoSecondLookBeginsWhileOneIsUnderWay) {
  schedule.await(1s, now, now);
  schedule.begin(now);
  EXPECT_GE(schedule.deadline() - now, 10s);
}

TEST_F(ProbeScheduleTest, ALookWhoseAnswerIsLostIsMadeAgain) {
  schedule.await(1s, now, now);
  schedule.begin(now);
  EXPECT_LE(schedule.deadline() - now, 1min);
}

TEST_F(ProbeScheduleTest, WhatWasSeenToBeGoneIsLookedForOften) {
  schedule.watch(5s, now);
  schedule.hasten(now);
  EXPECT_EQ(schedule.deadline() - now, 200ms) << "not at once: it has just been looked at";
  EXPECT_GE(look_for(10s), 40);
}

TEST_F(ProbeScheduleTest, AnAnswerAtRestIsRefused) {
  schedule.watch(5s, now);
  const std::uint64_t number = schedule.begin(now);
  schedule.rest();
  EXPECT_FALSE(schedule.accept(number, now));
  EXPECT_EQ(schedule.deadline(), monitor::never);
}

}  // namespace
}  // namespace recovery
