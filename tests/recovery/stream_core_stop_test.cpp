#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

// The order of signals, and that a stop ends.
namespace recovery::test {
namespace {

TEST(Stopping, TermsOnceAndKillsWhenTheGraceIsOver) {
  Stand stand;
  stand.on_air();
  EXPECT_EQ(signals(stand.stop()), std::vector{SIGTERM});
  EXPECT_EQ(actions(stand.wait(4999ms)), "");
  EXPECT_EQ(actions(stand.wait(1ms)), "KILL");
}

TEST(Stopping, SignalsTheGenerationThatLives) {
  Stand stand;
  stand.healthy();
  stand.exited(code(1));
  stand.launched();
  EXPECT_EQ(all_of<Signal>(stand.stop().actions).at(0).generation, 2U);
}

TEST(Stopping, ASecondStopDoesNotStartTheGraceAnew) {
  Stand stand;
  stand.stopping();
  for (int i = 0; i < 4; ++i) {
    stand.wait(1s);
    EXPECT_EQ(actions(stand.stop()), "");
  }
  EXPECT_EQ(actions(stand.wait(1s)), "KILL");
}

TEST(Stopping, NoSignalFollowsAChildThatIsGone) {
  Stand stand;
  stand.stopping();
  stand.exited(code(255));
  EXPECT_EQ(actions(stand.wait(1h)), "");
}

TEST(Stopping, AChildInStateTIsKilledAtOnce) {
  Stand stand;
  stand.on_air();
  stand.sampled('T');
  EXPECT_EQ(actions(stand.stop()), "KILL");
  Stand frozen;
  frozen.on_air();
  frozen.sampled('T');
  EXPECT_EQ(actions(frozen.wait(30s)), "KILL") << "it could not act on TERM";
}

TEST(Stopping, AChildUnderADebuggerIsKilledAtOnceToo) {
  Stand stand;
  stand.on_air();
  stand.sampled('t');
  EXPECT_EQ(actions(stand.restart()), "KILL");
}

TEST(Stopping, TheLastSampleDecides) {
  Stand stand;
  stand.on_air();
  stand.sampled('T');
  stand.sampled('S');
  EXPECT_EQ(actions(stand.stop()), "TERM");
}

TEST(Stopping, AChildThatIsFoundStoppedAfterTheTermIsKilledThen) {
  Stand stand;
  stand.stopping();
  stand.wait(1s);
  EXPECT_EQ(actions(stand.sampled('T')), "KILL");
}

TEST(Stopping, AKillRequestLeavesNoGrace) {
  Stand stand;
  stand.stopping();
  stand.wait(100ms);
  EXPECT_EQ(actions(stand.send(KillRequested{})), "KILL");
  EXPECT_EQ(actions(stand.wait(1900ms)), "") << "no TERM after KILL";
}

TEST(Stopping, ShutdownOfAStreamThatIsBeingStoppedKeepsItsGrace) {
  Stand stand;
  stand.stopping();
  stand.wait(4s);
  EXPECT_EQ(actions(stand.shut_down()), "");
  EXPECT_EQ(actions(stand.wait(1s)), "KILL");
  EXPECT_EQ(actions(stand.exited(by_signal(SIGKILL))), "end 0");
}

TEST(Stopping, WithoutGraceItKillsAtOnce) {
  Policy policy = steady_policy();
  policy.stop_grace = 0s;
  Stand stand(policy);
  stand.on_air();
  Step step = stand.stop();
  Stand::append(step, stand.wait(0s));
  EXPECT_EQ(signals(step).back(), SIGKILL);
}

TEST(Stopping, AChildThatEvenKillDoesNotEndIsTold) {
  Stand stand;
  stand.stopping();
  stand.wait(5s);
  const Step step = stand.wait(10s);
  ASSERT_GE(notices<Unkillable>(step).size(), 1U);
  EXPECT_EQ(notices<Unkillable>(step).at(0).pid, Stand::pid_of(1));
}

TEST(Stopping, NothingIsLaunchedBesideAChildThatDoesNotDie) {
  Stand stand;
  stand.on_air();
  const Step step = stand.wait(24h);  // frozen, and unkillable
  EXPECT_TRUE(launches(step).empty());
  EXPECT_EQ(stand.state(), State::stopping);
  EXPECT_TRUE(is_empty(stand.start()) && launches(stand.restart()).empty());
  EXPECT_EQ(actions(stand.exited(by_signal(SIGKILL))), "launch") << "but when it is gone, at last";
}

TEST(Stopping, ShutdownEndsEvenWhenTheChildDoesNot) {
  Stand stand;
  stand.on_air();
  stand.shut_down();
  const Step step = stand.wait(15s);
  ASSERT_EQ(ends(step).size(), 1U);
  EXPECT_NE(ends(step)[0].exit_code, 0);
  EXPECT_TRUE(stand.core.status().ended);
}

TEST(Stopping, TheWayDownIsNoFault) {
  Stand stand;
  stand.on_air();
  stand.stop();
  stand.sign(monitor::Cause::sink_lost, true);
  const Step step = stand.exited(code(255));
  EXPECT_TRUE(notices<IncidentOpened>(step).empty());
  EXPECT_FALSE(stand.core.status().failed);
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST(Stopping, AChildThatEndsWithAWrongCommandWhileAskedToStopIsStopped) {
  Stand stand;
  stand.starting();
  stand.sign(monitor::Cause::command_invalid, false);
  stand.stop();
  EXPECT_EQ(actions(stand.exited(code(1))), "");
  EXPECT_EQ(stand.state(), State::stopped);
}

TEST(Stopping, ALaunchThatFailsWhileItIsBeingStoppedEndsTheStop) {
  Stand stand;
  stand.start();
  stand.stop();
  EXPECT_EQ(actions(stand.launch_failed(EAGAIN)), "");
  EXPECT_EQ(stand.state(), State::stopped);
  Stand ending;
  ending.start();
  ending.shut_down();
  EXPECT_EQ(actions(ending.launch_failed(ENOENT)), "end 0");
}

TEST(Stopping, AStopBeforeTheLaunchWasAnsweredStillKnowsTheChild) {
  Stand stand;
  stand.start();
  stand.stop();
  stand.launched();
  EXPECT_EQ(stand.core.status().pid, Stand::pid_of(1));
  EXPECT_EQ(stand.state(), State::stopping);
}

TEST(Stopped, BySomebodyIsNoFailureAndClosesWhatWasOpen) {
  Stand stand;
  stand.cooling_down();
  ASSERT_EQ(stand.core.open_incidents().size(), 1U);
  const Step step = stand.stop();
  EXPECT_EQ(notices<IncidentClosed>(step).size(), 1U);
  EXPECT_TRUE(stand.core.open_incidents().empty());
  EXPECT_FALSE(stand.core.status().failed);
  EXPECT_FALSE(stand.core.status().next_launch_at.has_value());
  EXPECT_EQ(actions(stand.wait(24h)), "");
}

TEST(Shutdown, NothingIsLaunchedAfterIt) {
  const std::vector<void (*)(Stand&)> states{
      [](Stand&) {}, [](Stand& stand) { stand.starting(); }, [](Stand& stand) { stand.on_air(); },
      [](Stand& stand) { stand.stopping(); }, [](Stand& stand) { stand.cooling_down(); }};
  for (const auto& arrange : states) {
    Stand stand;
    arrange(stand);
    Step all = stand.shut_down();
    Stand::append(all, stand.start());
    Stand::append(all, stand.restart());
    Stand::append(all, stand.wait(1s));
    Stand::append(all, stand.exited(code(1)));
    Stand::append(all, stand.wait(24h));
    Stand::append(all, stand.start());
    EXPECT_TRUE(launches(all).empty());
    ASSERT_EQ(ends(all).size(), 1U);
    EXPECT_EQ(ends(all)[0].exit_code, 0);
  }
}

TEST(Shutdown, OfAStreamThatGaveUpStillEndsAsAsked) {
  Policy policy = steady_policy();
  policy.max_restart_attempts = 0;
  policy.on_exhausted = OnExhausted::stop;
  Stand stand(policy);
  stand.starting();
  stand.exited(code(1));
  ASSERT_EQ(stand.state(), State::stopped);
  EXPECT_EQ(actions(stand.shut_down()), "end 0");
}

}  // namespace
}  // namespace recovery::test
