#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

// When a person is told: an escalation, or off air for `alert_after`, whichever comes first.
namespace recovery::test {
namespace {

Policy told_after(std::optional<Duration> after) {
  Policy policy = steady_policy();
  policy.alert_after = after;
  return policy;
}

const StreamCore::Command probed{.source_can_be_probed = true};

// Nothing comes but time and findings that the source is not there, FFmpeg's own too.
Step wait_in_vain(Stand& stand, Duration span) {
  Step all;
  for (const Instant until = stand.now + span; stand.now < until;) {
    Stand::append(all, stand.wait(std::min<Duration>(200ms, until - stand.now)));
    if (stand.state() == State::starting) {
      stand.launched();
      Stand::append(all, stand.ended_by(monitor::Cause::source_missing));
    }
    Stand::append(all, stand.source_probed(false));
  }
  return all;
}

// Healthy, then its source is gone for so long.
Step lose_source(Stand& stand, Duration span) {
  stand.healthy();
  Step all = stand.ended_by(monitor::Cause::source_ended);
  Stand::append(all, wait_in_vain(stand, span));
  return all;
}

// A look finds the source, and FFmpeg is on air.
Step find_source(Stand& stand) {
  stand.wait(6s);
  Step all = stand.source_probed(true);
  Stand::append(all, stand.launched());
  Stand::append(all, stand.block());
  return all;
}

TEST(AlertAfter, AMissingSourceIsToldOnceLongBeforeItEscalates) {
  Stand stand(told_after(2min), probed);
  EXPECT_TRUE(notices<Alerted>(lose_source(stand, 118s)).empty());

  const Step all = wait_in_vain(stand, 3s);
  ASSERT_EQ(notices<Alerted>(all).size(), 1U);
  const Alerted alerted = notices<Alerted>(all)[0];
  EXPECT_EQ(monitor::component_of(alerted.verdict.cause), monitor::Component::source);
  EXPECT_TRUE(alerted.reason.ends_with(" It has been off air for 120 s.")) << alerted.reason;
  EXPECT_FALSE(alerted.actions.empty());
  EXPECT_FALSE(stand.core.status().escalated) << "recovery still tries";
  EXPECT_TRUE(notices<Alerted>(wait_in_vain(stand, 30min)).empty()) << "one outage, one alert";
  EXPECT_TRUE(stand.core.status().escalated);
}

TEST(AlertAfter, AShortOutageIsNotTold) {
  Stand stand(told_after(2min), probed);
  Step all = lose_source(stand, 90s);
  Stand::append(all, find_source(stand));
  Stand::append(all, stand.feed(10min));
  EXPECT_EQ(stand.state(), State::on_air);
  EXPECT_TRUE(notices<Alerted>(all).empty());
}

TEST(AlertAfter, IsResolvedOnceAfterAWholeHealthyCooldown) {
  Stand stand(told_after(2min), probed);
  EXPECT_EQ(notices<Alerted>(lose_source(stand, 150s)).size(), 1U);
  Step all = find_source(stand);
  Stand::append(all, stand.feed(59s));
  EXPECT_EQ(stand.state(), State::on_air);
  EXPECT_TRUE(notices<AlertResolved>(all).empty()) << "it may go again";
  all = stand.feed(10min);
  EXPECT_EQ(notices<AlertResolved>(all).size(), 1U);
  EXPECT_TRUE(notices<EscalationResolved>(all).empty()) << "there was none";
}

TEST(AlertAfter, ItsEndSaysHowLongTheStreamWasOffAir) {
  Stand stand(told_after(30s), probed);
  lose_source(stand, 45s);
  const Instant lost = stand.now - 45s;
  find_source(stand);
  const Duration lasted = stand.now - lost;
  const auto resolved = notices<AlertResolved>(stand.feed(10min));
  ASSERT_EQ(resolved.size(), 1U);
  EXPECT_TRUE(resolved[0].on_air);
  ASSERT_TRUE(resolved[0].off_air_for);
  EXPECT_NEAR(monitor::seconds(*resolved[0].off_air_for), monitor::seconds(lasted), 1.1);
}

TEST(AlertAfter, AfterAnEarlierLifesAlertThatIsNotKnown) {
  Stand stand(told_after(2min), probed);
  StreamCore::Resumed past;
  past.alert = monitor::Verdict{monitor::Cause::source_missing, {"the mount is not there"}};
  stand.core.resume(past, stand.now);
  stand.starting();
  const auto resolved = notices<AlertResolved>(stand.feed(10min));
  ASSERT_EQ(resolved.size(), 1U);
  EXPECT_FALSE(resolved[0].off_air_for);
}

TEST(AlertAfter, AStreamThatComesAndGoesIsToldOnce) {
  Stand stand(told_after(30s), probed);
  Step all = lose_source(stand, 45s);
  for (int i = 0; i < 4; ++i) {
    Stand::append(all, find_source(stand));
    Stand::append(all, stand.feed(20s));
    Stand::append(all, stand.ended_by(monitor::Cause::source_ended));
    Stand::append(all, wait_in_vain(stand, 45s));
  }
  EXPECT_EQ(notices<Alerted>(all).size(), 1U);
  EXPECT_TRUE(notices<AlertResolved>(all).empty());
}

TEST(AlertAfter, ALaunchThatNeverPutsAnythingOutIsTold) {
  monitor::Limits limits;
  limits.startup_timeout = 10min;
  Stand stand(told_after(2min), limits);
  stand.starting();
  const Step all = stand.wait(121s);
  ASSERT_EQ(notices<Alerted>(all).size(), 1U);
  EXPECT_EQ(notices<Alerted>(all)[0].verdict.evidence.at(0),
            "FFmpeg has put out nothing for 120 s since its launch.");
}

TEST(AlertAfter, WhatIsStoppedAsAskedIsNotTold) {
  Stand stand(told_after(2min));
  stand.stopping();
  Step all = stand.exited(by_signal(SIGTERM));
  Stand::append(all, stand.wait(1h));
  EXPECT_TRUE(notices<Alerted>(all).empty());
  all = stand.start();
  Stand::append(all, stand.launched());
  Stand::append(all, stand.wait(20s));
  EXPECT_TRUE(notices<Alerted>(all).empty()) << "the hour before was wanted";
}

TEST(AlertAfter, AStopResolvesIt) {
  Stand stand(told_after(2min), probed);
  EXPECT_EQ(notices<Alerted>(lose_source(stand, 150s)).size(), 1U);
  const auto resolved = notices<AlertResolved>(stand.stop());
  ASSERT_EQ(resolved.size(), 1U);
  EXPECT_FALSE(resolved[0].on_air);
}

TEST(AlertAfter, WhatIsCoveredIsNotOffAir) {
  Stand stand(told_after(2min), probed);
  stand.send(CoverChanged{true, "fallback"});
  EXPECT_TRUE(notices<Alerted>(lose_source(stand, 9min)).empty());
  stand.send(CoverChanged{false});
  EXPECT_TRUE(notices<Alerted>(wait_in_vain(stand, 30s)).empty());
  EXPECT_EQ(notices<Alerted>(wait_in_vain(stand, 95s)).size(), 1U) << "now there is nothing";
}

TEST(AlertAfter, SwitchedOffOnlyAnEscalationIsTold) {
  Stand stand(told_after({}), probed);
  EXPECT_TRUE(notices<Alerted>(lose_source(stand, 5min)).empty());
  const Step all = wait_in_vain(stand, 10min);
  EXPECT_EQ(notices<Escalated>(all).size(), 1U);
  EXPECT_EQ(notices<Alerted>(all).size(), 1U);
}

TEST(AlertAfter, WithRecoverySwitchedOffItIsToldAtOnce) {
  Policy policy = told_after(2min);
  policy.enabled = false;
  Stand stand(policy);
  stand.healthy();
  EXPECT_EQ(notices<Alerted>(stand.exited(code(1))).size(), 1U);
  EXPECT_TRUE(notices<Alerted>(stand.wait(10min)).empty());
}

TEST(AlertAfter, AnEscalationBeforeItIsTheAlert) {
  Policy policy = told_after(10min);
  policy.max_restart_attempts = 0;
  Stand stand(policy);
  stand.healthy();
  Step all = stand.exited(code(1));
  EXPECT_EQ(notices<Alerted>(all).size(), 1U);
  EXPECT_TRUE(notices<Alerted>(stand.wait(30min)).empty());
}

TEST(AlertAfter, AnAlertOfAnEarlierLifeIsNotToldAgain) {
  Stand stand(told_after(2min), probed);
  StreamCore::Resumed past;
  past.alert = monitor::Verdict{monitor::Cause::source_missing, {"the mount is not there"}};
  stand.core.resume(past, stand.now);
  stand.starting();
  EXPECT_FALSE(stand.core.status().escalated);
  EXPECT_TRUE(notices<Alerted>(stand.wait(5min)).empty());
}

TEST(AlertAfter, AWrongCommandIsToldWhereOtherStreamsKeepTheProgramAlive) {
  Stand stand(told_after(2min));
  stand.starting();
  stand.sign(monitor::Cause::command_invalid, false);
  Step all = stand.exited(code(1));
  EXPECT_TRUE(stand.core.status().ended);
  Stand::append(all, stand.wait(110s));
  EXPECT_TRUE(notices<Alerted>(all).empty());
  Stand::append(all, stand.wait(1h));
  ASSERT_EQ(notices<Alerted>(all).size(), 1U);
  EXPECT_EQ(notices<Alerted>(all)[0].verdict.cause, monitor::Cause::command_invalid);
  EXPECT_EQ(notices<AlertResolved>(stand.send(StopRequested{.removed = true})).size(), 1U);
}

TEST(AlertAfter, WhatEndedAsItShouldIsNotTold) {
  Policy policy = told_after(2min);
  policy.restart = Restart::on_failure;
  Stand stand(policy);
  stand.healthy();
  Step all = stand.exited(code(0));
  EXPECT_TRUE(stand.core.status().ended);
  Stand::append(all, stand.wait(1h));
  EXPECT_TRUE(notices<Alerted>(all).empty());
}

TEST(AlertAfter, AReloadSetsIt) {
  Stand stand(told_after({}), probed);
  EXPECT_TRUE(notices<Alerted>(lose_source(stand, 5min)).empty());
  const Step step = stand.send(Reconfigured{{told_after(2min), {}, probed}});
  EXPECT_EQ(notices<Alerted>(step).size(), 1U) << "it has been off air for longer";
}

}  // namespace
}  // namespace recovery::test
