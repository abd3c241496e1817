#include "recovery/health.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

constexpr Instant start = Instant{} + 1000h;

class HealthTest : public testing::Test {
 protected:
  HealthTest() { health.begin(start); }
  Health health;
};

TEST_F(HealthTest, BeforeItBeginsNothingIsCounted) {
  EXPECT_EQ(Health().settled_at(), Instant{});
  EXPECT_FALSE(Health().on_air_since());
}

TEST_F(HealthTest, TheAccountBeginsOnce) {
  health.begin(start + 5s);
  health.settle(false, start + 10s);
  EXPECT_EQ(health.off_air_total(), 10s);
}

TEST_F(HealthTest, TimeOnAirCountsUpToTheLastAdvance) {
  health.come_on_air(start + 2s);
  health.advance(start + 10s);
  health.settle(false, start + 15s);  // silence until the fault was noticed
  EXPECT_EQ(health.off_air_total(), 2s + 5s);
  EXPECT_EQ(health.on_air_total(), 8s);
  EXPECT_EQ(health.settled_at(), start + 15s);
}

TEST_F(HealthTest, TheFirstTimeOnAirEndsNoTimeOffAir) {
  EXPECT_EQ(health.come_on_air(start + 2s), std::nullopt);
}

TEST_F(HealthTest, OffAirCountsFromTheLastGoodMoment) {
  health.come_on_air(start);
  health.advance(start + 10s);
  health.leave_air(false);
  EXPECT_EQ(health.come_on_air(start + 25s), 15s);
}

TEST_F(HealthTest, AFaultThatBeganEarlierMakesTheTimeOffAirLonger) {
  health.come_on_air(start);
  health.advance(start + 10s);
  health.backdate(start + 4s);
  health.backdate(start + 8s);
  EXPECT_EQ(health.last_good_at(), start + 4s);
}

TEST_F(HealthTest, ATimeOffAirByRequestIsForgotten) {
  health.come_on_air(start);
  health.leave_air(false);
  health.forget();
  EXPECT_EQ(health.come_on_air(start + 1h), std::nullopt);
}

TEST_F(HealthTest, HealthyIsReportedOnceAfterAWholeCooldown) {
  health.come_on_air(start);
  EXPECT_EQ(health.healthy_at(60s), start + 60s);
  EXPECT_FALSE(health.becomes_healthy(60s, start + 60s - 1ns));
  EXPECT_TRUE(health.becomes_healthy(60s, start + 60s));
  EXPECT_FALSE(health.becomes_healthy(60s, start + 61s));
  EXPECT_EQ(health.healthy_at(60s), monitor::never);
}

TEST_F(HealthTest, AFaultMakesTheCooldownBeginAnew) {
  health.come_on_air(start);
  health.leave_air(false);
  health.come_on_air(start + 50s);
  EXPECT_FALSE(health.becomes_healthy(60s, start + 70s));
  EXPECT_TRUE(health.becomes_healthy(60s, start + 110s));
}

TEST_F(HealthTest, AReplacementByPlanDoesNot) {
  health.come_on_air(start);
  health.leave_air(true);
  health.come_on_air(start + 50s);
  EXPECT_TRUE(health.becomes_healthy(60s, start + 60s));
}

TEST_F(HealthTest, EachTimeOnAirCanBecomeHealthy) {
  health.come_on_air(start);
  EXPECT_TRUE(health.becomes_healthy(60s, start + 60s));
  health.leave_air(false);
  health.come_on_air(start + 70s);
  EXPECT_TRUE(health.becomes_healthy(60s, start + 130s));
}

TEST_F(HealthTest, AReturnIsRealAfterFiveSecondsOnAir) {
  EXPECT_FALSE(health.has_lasted(start + 1h)) << "off air";
  health.come_on_air(start);
  EXPECT_FALSE(health.has_lasted(start + 5s - 1ns));
  EXPECT_TRUE(health.has_lasted(start + 5s));
}

// As the relay tells it: something stands in while the primary is silent, or only its sound is.
TEST_F(HealthTest, WhatWasCoveredIsNeitherOnAirNorOffAir) {
  health.come_on_air(start + 2s);
  health.advance(start + 10s);
  health.cover(true, start + 11s);
  health.settle(false, start + 15s);
  EXPECT_EQ(health.off_air_total(), 2s + 1s);
  EXPECT_EQ(health.covered_total(), 4s);
  health.cover(false, start + 18s);
  health.settle(true, start + 20s);
  EXPECT_EQ(health.covered_total(), 7s);
  EXPECT_EQ(health.on_air_total(), 8s + 2s);
  EXPECT_EQ(health.on_air_total() + health.off_air_total() + health.covered_total(), 20s);
}

TEST_F(HealthTest, ACoverThatIsToldTwiceCountsOnce) {
  health.cover(true, start + 1s);
  health.cover(true, start + 5s);
  health.cover(false, start + 6s);
  health.cover(false, start + 9s);
  EXPECT_EQ(health.covered_unsettled(), 5s);
  health.settle(false, start + 10s);
  EXPECT_EQ(health.covered_total(), 5s);
}

}  // namespace
}  // namespace recovery
