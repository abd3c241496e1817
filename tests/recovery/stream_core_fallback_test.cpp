// What is on air while the primary cannot be.

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;

StreamCore::Command with_fallback() {
  StreamCore::Command command;
  command.source_can_be_probed = true;
  command.has_fallback = true;
  return command;
}

class FallbackTest : public testing::Test {
 protected:
  // The source is gone and known to be.
  Step lose_source() {
    stand.healthy();
    stand.ended_by(Cause::source_ended);
    return stand.source_probed(false);
  }
  void put_fallback_on_air() {
    lose_source();
    stand.launched();
    stand.block();
    ASSERT_EQ(stand.state(), State::fallback);
  }
  // The budget is spent on an encoder that crashes at once.
  void escalate_by(Cause cause) {
    stand.healthy();
    for (int i = 0; i < 4; ++i) {
      stand.ended_by(cause);
      if (i == 3) break;
      stand.wait(10s);
      stand.launched();
    }
  }

  Stand stand{steady_policy(), with_fallback()};
};

TEST_F(FallbackTest, GoesOnAirWhenALookFindsNoSource) {
  const Step step = lose_source();
  EXPECT_EQ(actions(step), "fallback");
  EXPECT_EQ(notices<Decided>(step).front().kind, DecisionKind::start_fallback);
  EXPECT_EQ(stand.state(), State::fallback);
}

TEST_F(FallbackTest, DoesNotWaitLongForALookThatHangs) {
  stand.healthy();
  stand.ended_by(Cause::source_ended);
  EXPECT_EQ(actions(stand.wait(990ms)), "");
  EXPECT_EQ(actions(stand.wait(20ms)), "fallback");
}

TEST_F(FallbackTest, IsNotStartedForASourceThatIsThere) {
  stand.healthy();
  stand.ended_by(Cause::source_ended);
  EXPECT_EQ(actions(stand.source_probed(true)), "launch");
}

TEST_F(FallbackTest, IsToldWhenItIsReallyOnAir) {
  lose_source();
  EXPECT_TRUE(notices<FallbackOnAir>(stand.launched()).empty());
  EXPECT_EQ(notices<FallbackOnAir>(stand.block()).size(), 1U);
  EXPECT_TRUE(stand.core.status().fallback_since);
}

TEST_F(FallbackTest, TimeOfTheFallbackIsNotTimeOnAir) {
  put_fallback_on_air();
  const Duration before = stand.core.status().on_air_total;
  for (int i = 0; i < 100; ++i) {
    stand.feed(1s);
    stand.source_probed(false);
  }
  EXPECT_EQ(stand.core.status().on_air_total, before);
  EXPECT_FALSE(stand.core.status().on_air_since);
}

TEST_F(FallbackTest, YieldsTheMomentTheSourceIsBackAndNeverRunsBesideThePrimary) {
  put_fallback_on_air();
  stand.wait(300ms);
  EXPECT_EQ(actions(stand.source_probed(true)), "TERM");
  EXPECT_EQ(stand.state(), State::stopping);
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
  EXPECT_EQ(stand.core.status().role, Role::primary);
  stand.launched();
  EXPECT_EQ(notices<IncidentClosed>(stand.block()).size(), 1U);
}

TEST_F(FallbackTest, ASecondAnswerWhileItStopsLaunchesNothingEarly) {
  put_fallback_on_air();
  stand.wait(300ms);
  stand.source_probed(true);
  EXPECT_EQ(actions(stand.source_probed(true)), "");
  EXPECT_EQ(stand.state(), State::stopping);
}

TEST_F(FallbackTest, ThatEndedAfterItPlayedIsStartedAgainAtOnce) {
  put_fallback_on_air();
  for (int i = 0; i < 10; ++i) {
    for (int second = 0; second < 6; ++second) {
      stand.feed(1s);
      stand.source_probed(false);
    }
    Step step = stand.exited(code(0));
    Stand::append(step, stand.wait(0s));
    EXPECT_EQ(launches(step).size(), 1U);
    stand.launched();
    stand.block();
  }
}

TEST_F(FallbackTest, ThatCrashesIsPacedByABudgetOfItsOwn) {
  lose_source();
  unsigned launches = 1;
  for (const Instant began = stand.now; stand.now - began < 55s;) {
    Step step = stand.wait(100ms);
    Stand::append(step, stand.source_probed(false));
    if (stand.state() == State::fallback) {
      stand.launched();
      Stand::append(step, stand.exited(by_signal(SIGSEGV)));
    }
    launches += static_cast<unsigned>(test::launches(step).size());
  }
  EXPECT_LE(launches, 4U);
  EXPECT_EQ(stand.state(), State::waiting_for_source);
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST_F(FallbackTest, ThatFreezesIsKilledAndStartedAgain) {
  put_fallback_on_air();
  Step step;
  for (const Instant began = stand.now; stand.now - began < 31s;) {
    Stand::append(step, stand.wait(1s));
    Stand::append(step, stand.source_probed(false));
  }
  EXPECT_EQ(signals(step), std::vector{SIGTERM});
  EXPECT_EQ(notices<FallbackFailed>(step).size(), 1U);
  Step after = stand.exited(code(255));
  Stand::append(after, stand.wait(2s));
  ASSERT_EQ(launches(after).size(), 1U);
  EXPECT_EQ(launches(after).front().role, Role::fallback);
}

TEST_F(FallbackTest, ThatIsAWrongCommandIsNotTriedAgain) {
  lose_source();
  stand.launched();
  stand.sign(Cause::command_invalid, false);
  stand.exited(code(1));
  Step step;
  for (int i = 0; i < 29; ++i) {
    Stand::append(step, stand.wait(1s));
    Stand::append(step, stand.source_probed(false));
  }
  EXPECT_TRUE(launches(step).empty());
  EXPECT_EQ(stand.state(), State::waiting_for_source);
}

TEST_F(FallbackTest, ThatCannotBeExecutedIsNotTriedAgain) {
  lose_source();
  stand.launch_failed(ENOENT);
  EXPECT_EQ(stand.state(), State::waiting_for_source);
  for (const Launch& launch : launches(stand.wait(10min))) EXPECT_EQ(launch.role, Role::primary);
}

TEST_F(FallbackTest, ThatHasRunBeforeIsTriedAgainWhenItCannotBeExecutedForOnce) {
  put_fallback_on_air();
  stand.exited(code(1));
  stand.launch_failed(ENOENT);
  EXPECT_EQ(launches(stand.wait(2min)).size(), 1U);
}

TEST_F(FallbackTest, GoesOnAirBetweenTheAttemptsOfAnEncoderThatEscalated) {
  escalate_by(Cause::encoder_failed);
  ASSERT_TRUE(stand.core.status().escalated);
  EXPECT_EQ(stand.state(), State::fallback);
  stand.launched();
  const Instant began = stand.now;
  while (signals(stand.feed(1s)).empty()) ASSERT_LE(stand.now - began, 61s);
  EXPECT_GE(stand.now - began, 50s) << "until the primary's next attempt is due";
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
}

TEST_F(FallbackTest, DoesNotGoOnAirForASinkThatIsLost) {
  escalate_by(Cause::sink_lost);
  ASSERT_TRUE(stand.core.status().escalated);
  EXPECT_EQ(stand.state(), State::cooling_down);
  EXPECT_TRUE(launches(stand.wait(30s)).empty());
}

TEST_F(FallbackTest, DoesNotGoOnAirBeforeTheEscalation) {
  stand.cooling_down();
  EXPECT_EQ(stand.state(), State::cooling_down);
}

TEST_F(FallbackTest, IsStoppedLikeAnythingElse) {
  put_fallback_on_air();
  EXPECT_EQ(actions(stand.shut_down()), "TERM");
  EXPECT_EQ(actions(stand.exited(code(255))), "end 0");
}

TEST_F(FallbackTest, IsStoppedBeforeGivingUp) {
  Policy policy = steady_policy();
  policy.on_exhausted = OnExhausted::exit;
  policy.audio_stream = {1s, 2};
  stand = Stand(policy, with_fallback());
  put_fallback_on_air();
  Step step;
  for (int i = 0; i < 30; ++i) {
    Stand::append(step, stand.feed(100ms));
    Stand::append(step, stand.source_probed(false));
  }
  EXPECT_EQ(signals(step), std::vector{SIGTERM});
  EXPECT_EQ(actions(stand.exited(code(255))), "end 69");
}

TEST_F(FallbackTest, SwitchedOffRecoveryStartsNone) {
  Policy policy = steady_policy();
  policy.enabled = false;
  stand = Stand(policy, with_fallback());
  stand.healthy();
  EXPECT_EQ(actions(stand.ended_by(Cause::source_ended)), "");
}

}  // namespace
}  // namespace recovery::test
