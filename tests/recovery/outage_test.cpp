#include "recovery/outage.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

using namespace std::chrono_literals;
using Air = Outage::Air;

constexpr Instant start = Instant{} + 1000h;

TEST(Outage, LastsFromTheLastGoodMoment) {
  Outage outage;
  outage.follow(Air::as_wanted, start, start);
  EXPECT_EQ(outage.lasts_for(2min), monitor::never);
  outage.follow(Air::off, start, start + 30s);
  EXPECT_EQ(outage.lasts_for(2min), start + 2min);
  outage.follow(Air::off, start, start + 60s);
  EXPECT_EQ(outage.lasts_for(2min), start + 2min) << "the same outage";
}

TEST(Outage, WithoutADurationItNeverIsLong) {
  Outage outage;
  outage.follow(Air::off, {}, start);
  EXPECT_EQ(outage.lasts_for(std::nullopt), monitor::never);
}

TEST(Outage, OfAStreamThatNeverWasOnAirBeginsWithItsLaunch) {
  Outage outage;
  outage.follow(Air::off, {}, start);
  EXPECT_EQ(outage.since(), start);
}

TEST(Outage, EndsOnAir) {
  Outage outage;
  outage.follow(Air::off, start, start + 30s);
  outage.follow(Air::as_wanted, start + 40s, start + 40s);
  EXPECT_FALSE(outage.since());
  outage.follow(Air::off, start + 50s, start + 60s);
  EXPECT_EQ(outage.since(), start + 50s);
}

TEST(Outage, WhatIsCoveredIsNoneAndWhatFollowsBeginsAfterIt) {
  Outage outage;
  outage.follow(Air::covered, start, start + 1s);
  EXPECT_FALSE(outage.since());
  outage.follow(Air::off, start, start + 10min);
  EXPECT_EQ(outage.since(), start + 10min) << "the audience had the cover until now";
}

TEST(Outage, AllOfItCountsUntilItIsForgotten) {
  Outage outage;
  EXPECT_EQ(outage.in_all(start), 0s);
  outage.follow(Air::off, start, start + 30s);
  EXPECT_EQ(outage.in_all(start + 40s), 40s);
  outage.follow(Air::as_wanted, start + 54s, start + 54s);
  EXPECT_EQ(outage.in_all(start + 10min), 54s) << "it is on air";
  outage.follow(Air::off, start + 10min, start + 11min);
  EXPECT_EQ(outage.in_all(start + 12min), 54s + 2min);
  outage.follow(Air::covered, start + 10min, start + 13min);
  EXPECT_EQ(outage.in_all(start + 20min), 54s + 3min);
  outage.forget();
  EXPECT_EQ(outage.in_all(start + 20min), 0s);
}

TEST(Outage, WhatAnEarlierLifeSawOfItIsNotKnown) {
  Outage outage;
  outage.resume();
  outage.follow(Air::off, {}, start);
  EXPECT_FALSE(outage.in_all(start + 10s));
  outage.forget();
  EXPECT_EQ(outage.in_all(start + 10s), 0s);
}

}  // namespace
}  // namespace recovery
