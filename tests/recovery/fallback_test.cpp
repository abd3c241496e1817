#include "recovery/fallback.hpp"

#include <cerrno>

#include <gtest/gtest.h>

namespace recovery {
namespace {

using monitor::Cause;
using monitor::Verdict;

constexpr Instant start = Instant{} + 1000h;

class FallbackStateTest : public testing::Test {
 protected:
  FallbackStateTest() {
    setup.policy.restart_delay.jitter = 0;
    setup.command.has_fallback = true;
    fallback.set_policy(setup.policy);
  }
  bool is_wanted(const Plan& plan, Cause cause, bool is_escalated = false) const {
    return fallback.is_wanted(plan, Verdict{cause, {}}, is_escalated, setup);
  }
  // When it may be launched, nothing else being in the way.
  Instant due(Instant now) const {
    return fallback.due_at({Plan::Kind::at_time, start + 1000h}, SourceWait(true), now);
  }
  bool end(Instant now, bool was_stopped = false) {
    return fallback.end(evidence, was_stopped, now);
  }

  recovery::Setup setup;
  Fallback fallback{setup.policy, 1};
  monitor::Evidence evidence;
  const Plan for_source{Plan::Kind::source};
  const Plan for_time{Plan::Kind::at_time, start + 60s};
};

TEST_F(FallbackStateTest, IsWantedWhileTheSourceIsAwaited) {
  EXPECT_TRUE(is_wanted(for_source, Cause::source_missing));
}

TEST_F(FallbackStateTest, IsNotWantedWithoutACommandOrWhereRecoveryIsOff) {
  setup.policy.enabled = false;
  EXPECT_FALSE(is_wanted(for_source, Cause::source_missing));
  setup.policy.enabled = true;
  setup.command.has_fallback = false;
  EXPECT_FALSE(is_wanted(for_source, Cause::source_missing));
}

TEST_F(FallbackStateTest, IsNotLaunchedWhereItStandsBy) {
  fallback.stand_by(true);
  EXPECT_FALSE(is_wanted(for_source, Cause::source_missing));
  fallback.stand_by(false);
  EXPECT_TRUE(is_wanted(for_source, Cause::source_missing));
}

TEST_F(FallbackStateTest, InACooldownIsWantedOnceEscalatedForSourceAndEncoder) {
  EXPECT_FALSE(is_wanted(for_time, Cause::encoder_crashed));
  EXPECT_TRUE(is_wanted(for_time, Cause::encoder_crashed, true));
  EXPECT_TRUE(is_wanted(for_time, Cause::source_ended, true));
  EXPECT_FALSE(is_wanted(for_time, Cause::sink_lost, true)) << "it would meet the same sink";
  EXPECT_FALSE(is_wanted(for_time, Cause::host_out_of_memory, true));
}

TEST_F(FallbackStateTest, IsNotWantedWhereThePrimaryWaitsForNothing) {
  EXPECT_FALSE(is_wanted({Plan::Kind::launch}, Cause::source_missing, true));
  EXPECT_FALSE(is_wanted({}, Cause::source_missing, true));
}

TEST_F(FallbackStateTest, TakesOverFromDeadAirWhereThatIsAsked) {
  EXPECT_FALSE(is_wanted(for_time, Cause::source_silent));
  setup.limits.content.action = monitor::OnDeadAir::fallback;
  EXPECT_TRUE(fallback.takes_over_from(Cause::source_silent, setup));
  EXPECT_TRUE(is_wanted(for_time, Cause::source_silent));
  EXPECT_FALSE(fallback.takes_over_from(Cause::source_stalled, setup));
}

TEST_F(FallbackStateTest, IsNotLaunchedForTheLastSecondBeforeThePrimary) {
  const SourceWait source(true);
  EXPECT_EQ(fallback.due_at(for_time, source, start), start);
  EXPECT_EQ(fallback.due_at(for_time, source, start + 59s - 1ns), start + 59s - 1ns);
  EXPECT_EQ(fallback.due_at(for_time, source, start + 59s), monitor::never);
}

TEST_F(FallbackStateTest, LeavesTheFirstProbeOfTheSourceItsTime) {
  SourceWait source(true);
  source.begin(setup.policy, false, false, start);
  EXPECT_EQ(fallback.due_at(for_source, source, start), start + SourceWait::patience);
}

TEST_F(FallbackStateTest, ComesOnAirOnce) {
  EXPECT_TRUE(fallback.advance(60s, start));
  EXPECT_FALSE(fallback.advance(60s, start + 1s));
  EXPECT_EQ(fallback.on_air_since(), start);
  EXPECT_FALSE(end(start + 10s));
  EXPECT_FALSE(fallback.on_air_since());
}

TEST_F(FallbackStateTest, OneThatEndsAtOnceWaitsLongerEachTime) {
  fallback.on_launched();
  EXPECT_FALSE(end(start));
  EXPECT_EQ(due(start), start);
  EXPECT_FALSE(end(start));
  EXPECT_EQ(due(start), start + 1s);
  EXPECT_FALSE(end(start));
  EXPECT_EQ(due(start), start + 2s);
}

TEST_F(FallbackStateTest, OneThatPlayedForFiveSecondsMayPlayAgainAtOnce) {
  fallback.on_launched();
  end(start);
  end(start);
  fallback.advance(60s, start);
  end(start + 5s);
  EXPECT_EQ(due(start + 5s), start + 5s);
}

TEST_F(FallbackStateTest, OneThatPlayedForLessMayNot) {
  fallback.on_launched();
  end(start);
  end(start);
  fallback.advance(60s, start);
  end(start + 5s - 1ns);
  EXPECT_GT(due(start + 5s), start + 5s);
}

TEST_F(FallbackStateTest, OneThatWasStoppedForAFaultMayNotEither) {
  fallback.on_launched();
  end(start);
  end(start);
  fallback.advance(60s, start);
  end(start + 30s, true);
  EXPECT_GT(due(start + 30s), start + 30s);
}

TEST_F(FallbackStateTest, OneOnAirForAWholeCooldownBeginsAfresh) {
  fallback.on_launched();
  for (int i = 0; i < 3; ++i) end(start);
  fallback.advance(60s, start);
  fallback.advance(60s, start + 60s);
  end(start + 61s, true);
  EXPECT_EQ(due(start + 61s), start + 61s);
}

TEST_F(FallbackStateTest, ACommandThatCannotBeExecutedIsWrongUntilItIsAnother) {
  evidence.spawn_error = ENOENT;
  EXPECT_TRUE(end(start));
  EXPECT_FALSE(is_wanted(for_source, Cause::source_missing));
  EXPECT_FALSE(fallback.takes_over_from(Cause::source_silent, setup));
  fallback.on_other_command();
  EXPECT_TRUE(is_wanted(for_source, Cause::source_missing));
}

TEST_F(FallbackStateTest, OneThatRanBeforeIsNotWrongByAFailedLaunch) {
  fallback.on_launched();
  evidence.spawn_error = ENOENT;
  EXPECT_FALSE(end(start));
  EXPECT_TRUE(is_wanted(for_source, Cause::source_missing));
}

TEST_F(FallbackStateTest, TroubleOfTheMomentIsNotTheCommands) {
  evidence.spawn_error = EAGAIN;
  EXPECT_FALSE(end(start));
}

}  // namespace
}  // namespace recovery
