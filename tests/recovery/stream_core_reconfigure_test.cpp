// Another configuration while the stream runs.

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;

class ReconfigureTest : public testing::Test {
 protected:
  Step reconfigure() { return stand.send(Reconfigured{setup, false, false}); }
  Step change_command() { return stand.send(Reconfigured{setup, true, false}); }

  recovery::Setup setup{steady_policy(), {}, {}};
  Stand stand;
};

class ReconfigureWaitTest : public ReconfigureTest {
 protected:
  ReconfigureWaitTest() {
    setup.command.source_can_be_probed = true;
    setup.command.has_fallback = true;
    waiting.healthy();
    waiting.ended_by(Cause::source_ended);
    waiting.source_probed(false);  // the fallback is launched
    waiting.launched();
    waiting.block();
  }
  Stand waiting{steady_policy(), {.source_can_be_probed = true, .has_fallback = true}};
};

TEST_F(ReconfigureTest, AnotherCommandRestartsWithoutAnIncidentOrAnAttempt) {
  stand.healthy();
  const Step step = change_command();
  EXPECT_EQ(actions(step), "TERM");
  ASSERT_EQ(notices<Decided>(step).size(), 1U);
  EXPECT_EQ(notices<Decided>(step)[0].kind, DecisionKind::restart_ffmpeg);
  EXPECT_EQ(notices<Decided>(step)[0].reason, "the configuration has changed");
  EXPECT_EQ(notices<Decided>(step)[0].attempt, 0U);
  const Step launch = stand.exited(code(255));
  EXPECT_EQ(actions(launch), "launch");
  EXPECT_TRUE(notices<IncidentOpened>(launch).empty());
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST_F(ReconfigureTest, OtherLimitsLeaveTheChildAlone) {
  stand.healthy();
  setup.limits.freeze_timeout = 5s;
  EXPECT_TRUE(is_empty(reconfigure()));
  EXPECT_EQ(stand.generation(), 1U);
  EXPECT_EQ(actions(stand.wait(4s)), "");
  EXPECT_EQ(actions(stand.wait(1s)), "TERM") << "the silence is judged by the new limit";
}

TEST_F(ReconfigureTest, ASilenceLongerThanTheNewLimitIsAFaultAtOnce) {
  stand.healthy();
  stand.wait(10s);
  setup.limits.freeze_timeout = 5s;
  EXPECT_EQ(actions(reconfigure()), "TERM");
}

TEST_F(ReconfigureTest, AttemptsSpentStaySpent) {
  stand.cooling_down();
  ASSERT_EQ(stand.core.status().attempts, 2U);
  reconfigure();
  EXPECT_EQ(stand.core.status().attempts, 2U);
  EXPECT_EQ(actions(change_command()), "launch") << "the wait is over: it is another command";
  EXPECT_EQ(stand.core.status().attempts, 2U);
  stand.launched();
  stand.exited(code(1));
  EXPECT_EQ(stand.core.status().attempts, 3U);
}

TEST_F(ReconfigureTest, AnOpenIncidentAndItsEscalationAreResolvedByHealthAlone) {
  stand.on_air();
  for (int i = 0; i < 4; ++i) {
    stand.exited(code(1));
    stand.wait(61s);
    stand.launched();
  }
  ASSERT_TRUE(stand.core.status().escalated);
  change_command();
  const Step launch = stand.exited(code(255));
  EXPECT_TRUE(notices<EscalationResolved>(launch).empty());
  EXPECT_TRUE(stand.core.status().escalated);
  stand.launched();
  EXPECT_EQ(notices<IncidentClosed>(stand.block()).size(), 1U);
  EXPECT_EQ(notices<EscalationResolved>(stand.feed(61s)).size(), 1U);
}

TEST_F(ReconfigureTest, WhatAPersonStoppedStaysStopped) {
  stand.stopping();
  EXPECT_EQ(actions(change_command()), "");
  stand.exited(code(255));
  EXPECT_EQ(stand.state(), State::stopped);
  EXPECT_TRUE(is_empty(change_command()));
  EXPECT_EQ(actions(stand.start()), "launch");
}

TEST_F(ReconfigureTest, AShutdownGoesOn) {
  stand.on_air();
  stand.shut_down();
  EXPECT_TRUE(is_empty(change_command()));
  EXPECT_EQ(actions(stand.exited(code(255))), "end 0");
  EXPECT_TRUE(is_empty(change_command()));
}

TEST_F(ReconfigureTest, ACommandThatWasWrongIsTriedAgainOnceItIsAnother) {
  stand.starting();
  stand.sign(Cause::command_invalid, false);
  ASSERT_EQ(actions(stand.exited(code(1))), "end 78");
  EXPECT_TRUE(is_empty(reconfigure())) << "the command is the same";
  EXPECT_EQ(actions(change_command()), "launch");
  EXPECT_FALSE(stand.core.status().ended);
  stand.launched();
  EXPECT_EQ(notices<IncidentClosed>(stand.block()).size(), 1U);
}

TEST_F(ReconfigureTest, AWrongCommandInPlaceOfOneThatWasOnAirEndsNothing) {
  stand.healthy();
  change_command();
  stand.exited(code(255));
  stand.launched();
  stand.sign(Cause::command_invalid, false);
  EXPECT_TRUE(ends(stand.exited(code(1))).empty()) << "the next configuration may mend it";
}

TEST_F(ReconfigureTest, AnotherCommandNeedNotProveItselfToTheOldSink) {
  stand.on_air();
  stand.send(Observed{1, monitor::ConnectionSamples{}});  // the kernel tells of connections here
  stand.ended_by(Cause::sink_unreachable);
  stand.launched();
  change_command();
  ASSERT_EQ(actions(stand.exited(code(255))), "launch");
  stand.launched();
  EXPECT_EQ(notices<CameOnAir>(stand.block()).size(), 1U);
}

TEST_F(ReconfigureTest, TwoInQuickSuccessionLaunchOnce) {
  stand.healthy();
  change_command();
  EXPECT_EQ(actions(change_command()), "");
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
  EXPECT_EQ(stand.generation(), 2U);
}

TEST_F(ReconfigureTest, AShorterCooldownIsWaitedForNoLonger) {
  stand.on_air();
  for (int i = 0; i < 4; ++i) {
    stand.exited(code(1));
    if (i < 3) stand.wait(20s);
    if (i < 3) stand.launched();
  }
  ASSERT_EQ(stand.state(), State::cooling_down);
  setup.policy.restart_cooldown = 2s;
  reconfigure();
  EXPECT_EQ(actions(stand.wait(2s)), "launch");
}

TEST_F(ReconfigureTest, RecoverySwitchedOnMendsWhatWasOnlyWatched) {
  Policy off = steady_policy();
  off.enabled = false;
  Stand watched(off);
  watched.healthy();
  watched.exited(code(1));
  ASSERT_EQ(watched.state(), State::stopped);
  EXPECT_EQ(actions(watched.send(Reconfigured{setup, false, false})), "launch");

  Stand frozen(off);
  frozen.healthy();
  frozen.wait(40s);
  ASSERT_EQ(frozen.state(), State::starting);
  EXPECT_EQ(actions(frozen.send(Reconfigured{setup, false, false})), "TERM");
}

TEST_F(ReconfigureTest, AStreamThatGaveUpBeginsAgainWhereItWouldKeepTrying) {
  Policy stops = steady_policy();
  stops.on_exhausted = OnExhausted::stop;
  stops.max_restart_attempts = 0;
  Stand given_up(stops);
  given_up.on_air();
  given_up.exited(code(1));
  ASSERT_EQ(given_up.state(), State::stopped);
  EXPECT_EQ(actions(given_up.send(Reconfigured{{stops, {}, {}}, false, false})), "");
  EXPECT_EQ(actions(given_up.send(Reconfigured{setup, false, false})), "launch");
}

TEST_F(ReconfigureTest, ARemovedStreamClosesWhatIsOpenAndEnds) {
  stand.on_air();
  for (int i = 0; i < 4; ++i) {
    stand.exited(code(1));
    if (i < 3) stand.wait(20s);
    if (i < 3) stand.launched();
  }
  ASSERT_TRUE(stand.core.status().escalated);
  const Step step = stand.send(StopRequested{.removed = true});
  EXPECT_EQ(notices<EscalationResolved>(step).size(), 1U);
  EXPECT_EQ(notices<IncidentClosed>(step).size(), 1U);
  EXPECT_EQ(actions(step), "end 0");
}

TEST_F(ReconfigureTest, ARemovedStreamThatHasEndedClosesWhatItLeftOpen) {
  stand.starting();
  stand.sign(Cause::command_invalid, false);
  stand.exited(code(1));
  const Step step = stand.send(StopRequested{.removed = true});
  EXPECT_EQ(notices<IncidentClosed>(step).size(), 1U);
  EXPECT_EQ(actions(step), "") << "it has said that it ended";
}

TEST_F(ReconfigureWaitTest, AnotherCommandTakesThePlaceOfTheFallback) {
  ASSERT_EQ(waiting.state(), State::fallback);
  EXPECT_EQ(actions(waiting.send(Reconfigured{setup, true, false})), "TERM");
  EXPECT_EQ(actions(waiting.exited(code(255))), "launch");
}

TEST_F(ReconfigureWaitTest, AnotherFallbackTakesThePlaceOfTheOneOnAir) {
  EXPECT_EQ(actions(waiting.send(Reconfigured{setup, false, true})), "TERM");
  EXPECT_EQ(actions(waiting.exited(code(255))), "fallback");
}

TEST_F(ReconfigureWaitTest, WithoutAFallbackItWaitsAlone) {
  setup.command.has_fallback = false;
  EXPECT_EQ(actions(waiting.send(Reconfigured{setup, false, true})), "TERM");
  waiting.exited(code(255));
  EXPECT_EQ(waiting.state(), State::waiting_for_source);
  waiting.wait(5s);
  EXPECT_EQ(waiting.state(), State::waiting_for_source);
}

TEST_F(ReconfigureWaitTest, AnotherPlaceToLookAtIsLookedAtAtOnce) {
  EXPECT_EQ(actions(waiting.send(Reconfigured{setup, false, false})), "source?");
  waiting.source_probed(true);
  EXPECT_EQ(waiting.state(), State::stopping) << "the fallback makes room";
}

TEST_F(ReconfigureWaitTest, ASourceNobodyCanLookAtAnyMoreIsTried) {
  setup.command.source_can_be_probed = false;
  waiting.send(Reconfigured{setup, false, false});
  EXPECT_EQ(signals(waiting.feed(31s)), std::vector{SIGTERM}) << "once a retry interval";
  EXPECT_EQ(actions(waiting.exited(code(255))), "launch");
}

}  // namespace
}  // namespace recovery::test
