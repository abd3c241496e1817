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

}  // namespace
}  // namespace recovery
