#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

// How soon, how often and until when a stream is brought back.
namespace recovery::test {
namespace {

Policy policy_with(Restart restart) {
  Policy policy = steady_policy();
  policy.restart = restart;
  return policy;
}
Policy policy_with(OnExhausted on_exhausted) {
  Policy policy = steady_policy();
  policy.on_exhausted = on_exhausted;
  return policy;
}
Policy switched_off() {
  Policy policy = steady_policy();
  policy.enabled = false;
  return policy;
}

// Kills each child as it is launched until the recovery has escalated; the last step.
Step exhaust(Stand& stand) {
  stand.starting();
  for (int i = 0; i < 100; ++i) {
    const Step step = stand.exited(code(1));
    if (!notices<Escalated>(step).empty()) return step;
    if (stand.state() == State::cooling_down) stand.wait(stand.core.next_deadline() - stand.now);
    stand.launched();
  }
  ADD_FAILURE() << "never escalated";
  return {};
}

TEST(Restart, AHealthyStreamThatDiesIsRelaunchedInTheSameStep) {
  Stand stand;
  stand.healthy();
  const Step step = stand.exited(code(1));
  EXPECT_EQ(actions(step), "launch");
  EXPECT_EQ(stand.state(), State::starting);
  EXPECT_EQ(stand.core.status().attempts, 1U);
  const auto decided = notices<Decided>(step);
  ASSERT_EQ(decided.size(), 1U);
  EXPECT_EQ(decided[0].kind, DecisionKind::restart_ffmpeg);
  EXPECT_EQ(decided[0].attempt, 1U);
  EXPECT_EQ(decided[0].delay, 0s);
  EXPECT_FALSE(decided[0].reason.empty());
}

TEST(Restart, EachLaunchHasTheNextGeneration) {
  Stand stand;
  EXPECT_EQ(launches(stand.start()).at(0).generation, 1U);
  stand.launched();
  EXPECT_EQ(launches(stand.exited(code(1))).at(0).generation, 2U);
}

TEST(Restart, DelaysGrowWhileTheStreamNeverIsHealthyLongEnough) {
  Stand stand;
  stand.starting();
  std::vector<Duration> delays;
  for (int i = 0; i < 3; ++i) {
    delays.push_back(notices<Decided>(stand.exited(code(1))).at(0).delay);
    stand.wait(delays.back());
    ASSERT_EQ(stand.state(), State::starting);
    stand.launched();
    stand.block();  // on air, but not for a whole cooldown
  }
  EXPECT_EQ(delays, (std::vector<Duration>{0s, 1s, 2s}));
}

TEST(Restart, ADelayHasJitterOfATenth) {
  Policy policy;  // the defaults
  bool differs = false;
  for (std::uint64_t seed = 0; seed < 50; ++seed) {
    Stand stand(policy);
    stand.core = StreamCore(policy, {}, {}, seed);
    stand.cooling_down();
    const Duration delay = *stand.core.status().next_launch_at - stand.now;
    EXPECT_GE(delay, 900ms);
    EXPECT_LE(delay, 1100ms);
    differs = differs || delay != 1s;
  }
  EXPECT_TRUE(differs);
}

TEST(Restart, APostponedLaunchComesAtItsTimeAndNotBefore) {
  Stand stand;
  stand.cooling_down();
  EXPECT_EQ(stand.core.next_deadline(), stand.now + 1s);
  EXPECT_TRUE(is_empty(stand.wait(999ms)));
  EXPECT_EQ(actions(stand.wait(1ms)), "launch");
}

TEST(Restart, AfterTheQuickOnesOneLaunchEachCooldownFromLaunchToLaunch) {
  Stand stand;
  exhaust(stand);
  for (int i = 0; i < 5; ++i) {
    ASSERT_EQ(stand.state(), State::cooling_down);
    const Instant last_launch = *stand.core.status().launched_at;
    ASSERT_EQ(*stand.core.status().next_launch_at, last_launch + 60s);
    stand.wait(*stand.core.status().next_launch_at - stand.now);
    stand.launched();
    stand.wait(7s);  // lives a while, in vain
    stand.exited(code(1));
  }
}

TEST(Restart, AStreamThatDiedBeforeAWholeCooldownIsNotForgiven) {
  Stand stand;
  stand.on_air();
  stand.exited(code(1));
  stand.launched();
  stand.block();
  stand.feed(59s);
  stand.exited(code(1));
  EXPECT_EQ(stand.core.status().attempts, 2U);
  EXPECT_EQ(stand.state(), State::cooling_down);
}

TEST(Restart, AWholeCooldownOnAirStartsTheBudgetAfresh) {
  Stand stand;
  stand.on_air();
  stand.exited(code(1));
  stand.launched();
  stand.block();
  stand.feed(60s);
  EXPECT_EQ(stand.core.status().attempts, 0U);
  EXPECT_EQ(actions(stand.exited(code(1))), "launch");
}

TEST(Restart, TimeWithoutAdvanceIsNotHealth) {
  monitor::Limits patient;
  patient.freeze_timeout = 120s;
  Stand stand(steady_policy(), patient);
  stand.on_air();
  stand.exited(code(1));
  stand.launched();
  stand.block();
  stand.wait(90s);
  stand.exited(code(1));
  EXPECT_EQ(stand.core.status().attempts, 2U);
}

TEST(Restart, RequestsOfPeopleSpendNoAttempt) {
  Stand stand;
  stand.on_air();
  for (int i = 0; i < 10; ++i) {
    stand.restart();
    EXPECT_EQ(actions(stand.exited(code(255))), "launch");
    stand.launched();
    stand.block();
  }
  EXPECT_EQ(stand.core.status().attempts, 0U);
  EXPECT_FALSE(stand.core.status().escalated);
  EXPECT_TRUE(stand.core.open_incidents().empty());
}

TEST(Restart, ARequestedRestartIsADecisionWithoutAttempt) {
  Stand stand;
  stand.on_air();
  const auto decided = notices<Decided>(stand.restart());
  ASSERT_EQ(decided.size(), 1U);
  EXPECT_EQ(decided[0].kind, DecisionKind::restart_ffmpeg);
  EXPECT_EQ(decided[0].attempt, 0U);
}

TEST(Escalation, ComesOnceWhenTheQuickRestartsAreSpent) {
  Stand stand;
  const Step step = exhaust(stand);
  EXPECT_EQ(stand.generation(), 4U) << "the first launch and three restarts";
  EXPECT_EQ(notices<Escalated>(step).at(0).attempts, 3U);
  EXPECT_TRUE(stand.core.status().escalated);
  for (int i = 0; i < 10; ++i) {
    stand.wait(60s);
    stand.launched();
    const Step again = stand.exited(code(1));
    EXPECT_TRUE(notices<Escalated>(again).empty());
    for (const Decided& decided : notices<Decided>(again)) {
      EXPECT_NE(decided.kind, DecisionKind::escalate_alert);
    }
  }
}

TEST(Escalation, ASingleRestartIsCountedInGoodGrammar) {
  Policy policy = steady_policy();
  policy.max_restart_attempts = 1;
  Stand stand(policy);
  EXPECT_EQ(notices<Escalated>(exhaust(stand)).at(0).reason,
            "1 restart did not bring the stream back");
}

TEST(Escalation, IsADecisionToo) {
  Stand stand;
  const auto decided = notices<Decided>(exhaust(stand));
  ASSERT_EQ(decided.size(), 2U);
  EXPECT_EQ(decided[0].kind, DecisionKind::escalate_alert);
  EXPECT_EQ(decided[1].kind, DecisionKind::restart_ffmpeg);
}

TEST(Escalation, IsResolvedByAWholeHealthyCooldownAndMayComeAgain) {
  Stand stand;
  exhaust(stand);
  stand.wait(60s);
  stand.launched();
  stand.block();
  EXPECT_TRUE(notices<EscalationResolved>(stand.feed(59s)).empty());
  EXPECT_TRUE(stand.core.status().escalated);
  EXPECT_EQ(notices<EscalationResolved>(stand.feed(2s)).size(), 1U);
  EXPECT_FALSE(stand.core.status().escalated);
  EXPECT_EQ(stand.core.status().attempts, 0U);
  for (int i = 0; i < 3; ++i) {
    EXPECT_TRUE(notices<Escalated>(stand.exited(code(1))).empty());
    stand.wait(3s);
    stand.launched();
  }
  EXPECT_EQ(notices<Escalated>(stand.exited(code(1))).size(), 1U);
}

TEST(Escalation, EndsTheStreamWith69WhereThePolicySaysExit) {
  Stand stand(policy_with(OnExhausted::exit));
  const Step step = exhaust(stand);
  EXPECT_EQ(actions(step), "end 69");
  EXPECT_TRUE(stand.core.status().ended);
  EXPECT_EQ(stand.core.next_deadline(), monitor::never);
}

TEST(Escalation, StopsTheStreamWithoutAnEndWhereThePolicySaysStop) {
  Stand stand(policy_with(OnExhausted::stop));
  const Step step = exhaust(stand);
  EXPECT_EQ(actions(step), "");
  EXPECT_EQ(stand.state(), State::stopped);
  EXPECT_FALSE(stand.core.status().ended);
  EXPECT_TRUE(stand.core.status().failed);
  EXPECT_TRUE(is_empty(stand.wait(24h)));
  EXPECT_EQ(actions(stand.start()), "launch");
}

TEST(RestartMode, NeverEndsWellWithACommandThatEndedWell) {
  Stand stand(policy_with(Restart::never));
  stand.on_air();
  EXPECT_EQ(actions(stand.exited(code(0))), "end 0");
  EXPECT_FALSE(stand.core.status().failed);
}

TEST(RestartMode, NeverGivesUpAfterAFailure) {
  for (const auto status : {code(1), by_signal(SIGSEGV)}) {
    Stand stand(policy_with(Restart::never));
    stand.on_air();
    EXPECT_EQ(actions(stand.exited(status)), "end 69");
    EXPECT_TRUE(stand.core.status().failed);
  }
}

TEST(RestartMode, NeverGivesUpAfterAFreezeOnceTheChildIsGone) {
  Stand stand(policy_with(Restart::never));
  stand.on_air();
  EXPECT_EQ(actions(stand.wait(30s)), "TERM");
  EXPECT_EQ(actions(stand.exited(code(255))), "end 69");
}

TEST(RestartMode, NeverStillLetsPeopleRestart) {
  Stand stand(policy_with(Restart::never));
  stand.on_air();
  stand.restart();
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
}

TEST(RestartMode, OnFailureTellsAnEndFromAFailure) {
  Stand well(policy_with(Restart::on_failure));
  well.on_air();
  EXPECT_EQ(actions(well.exited(code(0))), "end 0");
  Stand failed(policy_with(Restart::on_failure));
  failed.on_air();
  EXPECT_EQ(actions(failed.exited(code(1))), "launch");
}

TEST(RestartMode, ExitCodeZeroOfALostSourceIsAFailure) {
  Stand on_failure(policy_with(Restart::on_failure));
  on_failure.on_air();
  on_failure.feed(10s);
  on_failure.sign(monitor::Cause::source_ended, true);
  EXPECT_EQ(actions(on_failure.exited(code(0))), "launch");
  Stand never(policy_with(Restart::never));
  never.on_air();
  never.feed(10s);
  never.sign(monitor::Cause::source_ended, true);
  EXPECT_EQ(actions(never.exited(code(0))), "end 69");
}

TEST(RestartMode, AlwaysRestartsAfterExitCodeZeroToo) {
  Stand stand;
  stand.on_air();
  EXPECT_EQ(actions(stand.exited(code(0))), "launch");
}

TEST(SwitchedOff, AFaultIsToldButNobodyIsSignalled) {
  Stand stand(switched_off());
  stand.on_air();
  const Step step = stand.wait(24h);
  EXPECT_EQ(actions(step), "");
  EXPECT_EQ(notices<FaultDetected>(step).size(), 1U);
  EXPECT_EQ(notices<IncidentOpened>(step).size(), 1U);
  EXPECT_EQ(notices<WentOffAir>(step).size(), 1U);
  EXPECT_NE(stand.state(), State::on_air);
  EXPECT_TRUE(stand.core.status().failed);
}

TEST(SwitchedOff, AStreamThatComesBackByItselfIsOnAirAgain) {
  Stand stand(switched_off());
  stand.on_air();
  stand.wait(100s);
  const Step step = stand.block();
  EXPECT_EQ(stand.state(), State::on_air);
  EXPECT_EQ(notices<CameOnAir>(step).size(), 1U);
  EXPECT_EQ(notices<IncidentClosed>(step).size(), 1U);
  EXPECT_EQ(notices<IncidentOpened>(stand.wait(100s)).size(), 1U) << "and may freeze again";
}

TEST(SwitchedOff, ADeadChildIsNotRelaunchedAndTheStreamDoesNotEnd) {
  Stand stand(switched_off());
  stand.on_air();
  const Step step = stand.exited(code(1));
  EXPECT_EQ(actions(step), "");
  EXPECT_EQ(stand.state(), State::stopped);
  EXPECT_TRUE(stand.core.status().failed);
  EXPECT_EQ(notices<IncidentOpened>(step).size(), 1U);
  EXPECT_EQ(actions(stand.wait(24h)), "");
  EXPECT_FALSE(stand.core.status().ended);
}

TEST(SwitchedOff, PeopleMayStillRestartAndStop) {
  Stand stand(switched_off());
  stand.on_air();
  stand.exited(code(1));
  EXPECT_EQ(actions(stand.restart()), "launch");
  stand.launched();
  stand.block();
  EXPECT_EQ(actions(stand.restart()), "TERM");
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
  stand.launched();
  EXPECT_EQ(actions(stand.shut_down()), "TERM");
  EXPECT_EQ(actions(stand.exited(code(255))), "end 0");
}

TEST(SwitchedOff, ABitrateDropStaysAWarning) {
  monitor::Limits limits;
  limits.bitrate_drop.action = monitor::OnWarning::restart;
  Stand stand(switched_off(), limits);
  stand.healthy();
  stand.feed(5min);
  auto block = stand.progress();
  Step all;
  for (int i = 0; i < 120; ++i) {
    Stand::append(all, stand.wait(1s));
    *block.frame += 25;
    *block.total_size_bytes += 50'000;
    *block.out_time += 1s;
    Stand::append(all, stand.send(ProgressSeen{stand.generation(), block}));
  }
  EXPECT_EQ(actions(all), "");
  EXPECT_EQ(notices<IncidentOpened>(all).size(), 1U);
  EXPECT_TRUE(notices<WentOffAir>(all).empty()) << "it is on air, though poorly";
  EXPECT_EQ(stand.state(), State::on_air);
}

TEST(NotFfmpeg, IsOnAirAsSoonAsItRunsAndKnownByItsExit) {
  Stand stand(steady_policy(), {}, false);
  EXPECT_EQ(actions(stand.start()), "launch");
  EXPECT_EQ(notices<CameOnAir>(stand.launched()).size(), 1U);
  EXPECT_EQ(actions(stand.wait(24h)), "");
  EXPECT_EQ(stand.state(), State::on_air);
  EXPECT_EQ(actions(stand.exited(code(1))), "launch");
}

TEST(NotFfmpeg, IsForgivenAfterAWholeCooldownToo) {
  Stand stand(steady_policy(), {}, false);
  exhaust(stand);
  stand.wait(60s);
  stand.launched();
  const Step step = stand.wait(60s);
  EXPECT_EQ(notices<EscalationResolved>(step).size(), 1U);
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST(Restart, AStreamThatFrozeAndWasKilledIsLaunchedAgain) {
  for (const Duration healthy_for : {Duration(61s), Duration(1s)}) {
    Stand stand;
    stand.on_air();
    stand.feed(healthy_for);
    stand.wait(37s);
    ASSERT_EQ(stand.state(), State::stopping);
    Step step = stand.exited(by_signal(SIGKILL));
    Stand::append(step, stand.wait(1min));
    EXPECT_EQ(launches(step).size(), 1U);
  }
}

}  // namespace
}  // namespace recovery::test
