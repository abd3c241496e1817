// Whether the fallback lives beside the encoder.

#include "recovery/standby.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

class StandbyTest : public testing::Test {
 protected:
  // For so long; what holds at the end.
  bool after(Duration span, const Standby::Situation& situation,
             StandbyChoice choice = StandbyChoice::automatic) {
    for (const Instant end = now + span; now < end;) {
      now += 1s;
      standby.follow(choice, situation, now);
    }
    return standby.stands_by();
  }
  static Standby::Situation using_cpu(std::optional<double> used) {
    return {.is_wanted = true, .encoder_is_on_air = true, .stands_in = false, .cpu_used = used};
  }

  Standby standby;
  Instant now{};
};

TEST_F(StandbyTest, BeginsWhereThereIsRoomForTenSeconds) {
  EXPECT_FALSE(after(10s, using_cpu(0.3)));
  EXPECT_TRUE(after(1s, using_cpu(0.3)));
}

TEST_F(StandbyTest, DoesNotBeginWithoutRoomOrWhereNothingIsKnown) {
  EXPECT_FALSE(after(1min, using_cpu(0.7)));
  EXPECT_FALSE(after(1min, using_cpu({})));
}

TEST_F(StandbyTest, DoesNotBeginWhileTheEncoderIsOffAir) {
  Standby::Situation off_air = using_cpu(0.1);
  off_air.encoder_is_on_air = false;
  EXPECT_FALSE(after(1min, off_air));
}

TEST_F(StandbyTest, StaysWhileTheEncoderIsOffAir) {
  ASSERT_TRUE(after(11s, using_cpu(0.3)));
  Standby::Situation off_air = using_cpu({});
  off_air.encoder_is_on_air = false;
  EXPECT_TRUE(after(1h, off_air));
}

TEST_F(StandbyTest, LeavesACrowdedMachineAndComesBackMuchLater) {
  ASSERT_TRUE(after(11s, using_cpu(0.5)));
  EXPECT_TRUE(after(1min, using_cpu(0.85)));
  EXPECT_TRUE(after(30s, using_cpu(0.95)));
  EXPECT_FALSE(after(1s, using_cpu(0.95)));
  EXPECT_FALSE(after(9min, using_cpu(0.1)));
  EXPECT_TRUE(after(90s, using_cpu(0.1)));
}

TEST_F(StandbyTest, AStopOfTheStreamMakesNoRoom) {
  ASSERT_TRUE(after(11s, using_cpu(0.5)));
  ASSERT_FALSE(after(31s, using_cpu(0.95)));
  EXPECT_FALSE(after(10s, {}));
  EXPECT_FALSE(after(1min, using_cpu(0.1)));
}

TEST_F(StandbyTest, WhatIsOnAirStays) {
  ASSERT_TRUE(after(11s, using_cpu(0.5)));
  Standby::Situation on_air = using_cpu(1.0);
  on_air.stands_in = true;
  EXPECT_TRUE(after(5min, on_air));
}

TEST_F(StandbyTest, TheChoiceIsTheUsers) {
  EXPECT_TRUE(after(1s, using_cpu(1.0), StandbyChoice::always));
  EXPECT_FALSE(after(1s, using_cpu(0.1), StandbyChoice::never));
}

TEST_F(StandbyTest, EndsWithTheStream) {
  ASSERT_TRUE(after(11s, using_cpu(0.3)));
  EXPECT_FALSE(after(1s, {}));
  EXPECT_FALSE(after(1s, {}, StandbyChoice::always));
}

}  // namespace
}  // namespace recovery
