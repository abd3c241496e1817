#include "recovery/planned_restarts.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

using monitor::Cause;

constexpr Instant launched = Instant{} + 1000h;

class PlannedRestartsTest : public testing::Test {
 protected:
  std::optional<PlannedRestarts::Due> due(Instant now, bool at_track_change = false) const {
    return planned.due(policy, launched, at_track_change, now);
  }
  Instant deadline() const { return planned.deadline(policy, launched); }

  Policy policy;
  PlannedRestarts planned;
};

TEST_F(PlannedRestartsTest, NothingIsDueByItself) {
  EXPECT_FALSE(due(launched + 1000h, true));
  EXPECT_EQ(deadline(), monitor::never);
}

TEST_F(PlannedRestartsTest, ATrackIsDueFiveSecondsAfterTheLaunch) {
  planned.on_track_change(true);
  EXPECT_EQ(deadline(), launched + 5s);
  EXPECT_FALSE(due(launched + 5s - 1ns, true));
  const auto now_due = due(launched + 5s);
  ASSERT_TRUE(now_due);
  EXPECT_EQ(now_due->cause, Cause::track_change);
  EXPECT_EQ(now_due->reason, "");
}

TEST_F(PlannedRestartsTest, ATrackThatNeedsNoLaunchIsNotDue) {
  planned.on_track_change(true);
  planned.on_track_change(false);
  EXPECT_FALSE(due(launched + 1h, true));
}

TEST_F(PlannedRestartsTest, ALaunchIsOfThePresentTrackAndForgetsTheForecast) {
  policy.planned_restart.before_memory_limit = 1h;
  planned.on_track_change(true);
  planned.on_memory_forecast(policy.planned_restart, 30min, launched);
  planned.on_launch();
  EXPECT_EQ(deadline(), monitor::never);
}

TEST_F(PlannedRestartsTest, APlannedRestartTakesTheFirstTrackChangeThatIsDue) {
  policy.planned_restart.every = 24h;
  EXPECT_FALSE(due(launched + 24h - 1s, true));
  EXPECT_FALSE(due(launched + 24h)) << "it waits for a track";
  const auto now_due = due(launched + 24h, true);
  ASSERT_TRUE(now_due);
  EXPECT_EQ(now_due->cause, Cause::restart_requested);
  EXPECT_EQ(now_due->reason, "planned, 86400 s after the launch, at a track change");
}

TEST_F(PlannedRestartsTest, WithoutATrackChangeItWaitsNoLongerThanItsBound) {
  policy.planned_restart.every = 24h;
  EXPECT_EQ(deadline(), launched + 24h + 20min);
  EXPECT_FALSE(due(launched + 24h + 20min - 1ns));
  EXPECT_EQ(due(launched + 24h + 20min)->reason, "planned, 87600 s after the launch");
}

TEST_F(PlannedRestartsTest, AtAnyMomentItDoesNotWait) {
  policy.planned_restart.every = 24h;
  policy.planned_restart.at = RestartMoment::any;
  EXPECT_EQ(deadline(), launched + 24h);
  EXPECT_TRUE(due(launched + 24h));
}

TEST_F(PlannedRestartsTest, TheMemoryForecastIsDueFromTheFirstTimeItIsNear) {
  policy.planned_restart.before_memory_limit = 1h;
  planned.on_memory_forecast(policy.planned_restart, std::nullopt, launched + 1h);
  planned.on_memory_forecast(policy.planned_restart, 61min, launched + 2h);
  EXPECT_EQ(deadline(), monitor::never);
  planned.on_memory_forecast(policy.planned_restart, 1h, launched + 3h);
  planned.on_memory_forecast(policy.planned_restart, 10min, launched + 4h);
  EXPECT_EQ(deadline(), launched + 3h + 20min);
  EXPECT_NE(due(launched + 3h, true)->reason.find("within 3600 s"), std::string::npos);
}

TEST_F(PlannedRestartsTest, WhereRecoveryIsOffOnlyTracksRestart) {
  policy.enabled = false;
  policy.planned_restart.every = 24h;
  EXPECT_FALSE(due(launched + 48h, true));
  EXPECT_EQ(deadline(), monitor::never);
  planned.on_track_change(true);
  EXPECT_TRUE(due(launched + 48h));
}

}  // namespace
}  // namespace recovery
