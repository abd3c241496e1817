// A source that is missing is waited for: it spends no restarts.

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;
using monitor::LookAnswer;

StreamCore::Command with_source() {
  StreamCore::Command command;
  command.source_can_be_probed = true;
  return command;
}

Policy quick_policy() {
  Policy policy = steady_policy();
  policy.audio_stream = {10s, 3};
  return policy;
}

class SourceTest : public testing::Test {
 protected:
  explicit SourceTest(const Policy& policy = quick_policy()) : stand(policy, with_source()) {}

  // On air for a minute and more; then its source ends.
  Step lose_source() {
    stand.healthy();
    return stand.ended_by(Cause::source_ended);
  }
  // Nothing comes but time and findings that it is not there, FFmpeg's own too.
  Step wait_in_vain(Duration span) {
    Step all;
    for (const Instant until = stand.now + span; stand.now < until;) {
      Stand::append(all, stand.wait(std::min<Duration>(200ms, until - stand.now)));
      fail_trial(all);
      Stand::append(all, stand.source_probed(false));
    }
    return all;
  }
  void fail_trial(Step& all) {
    if (stand.state() != State::starting) return;
    stand.launched();
    Stand::append(all, stand.ended_by(Cause::source_missing));
  }

  Stand stand;
};

TEST_F(SourceTest, ASourceThatEndedIsWaitedForAndLookedAtAtOnce) {
  const Step step = lose_source();
  EXPECT_EQ(stand.state(), State::waiting_for_source);
  EXPECT_EQ(actions(step), "source?");
  EXPECT_EQ(notices<Decided>(step).front().kind, DecisionKind::wait_for_source);
}

TEST_F(SourceTest, TheCauseOfAnOutageFollowsWhatTheLookHasRead) {
  stand.starting();
  stand.ended_by(Cause::source_unreachable);
  ASSERT_EQ(stand.core.open_incidents().at(0).cause, Cause::source_unreachable);
  stand.source_probed(false);
  EXPECT_EQ(stand.core.open_incidents().at(0).cause, Cause::source_missing);
}

TEST_F(SourceTest, WhatFfmpegKnowsExactlyIsNotOverruledByALook) {
  lose_source();
  stand.source_probed(false);
  EXPECT_EQ(stand.core.open_incidents().at(0).cause, Cause::source_ended);
}

TEST_F(SourceTest, AnEndWhoseServerIsGoneIsToldAsThat) {
  lose_source();
  stand.send(SourceProbed{stand.source_asked,
                          {.answer = LookAnswer::missing,
                           .cause = Cause::source_unreachable,
                           .sentence = "Connection to cam1:554 refused."}});
  const auto verdict = stand.core.status().verdict;
  EXPECT_EQ(verdict->cause, Cause::source_unreachable);
  EXPECT_EQ(verdict->evidence.front(), "Connection to cam1:554 refused.");
  EXPECT_EQ(stand.core.open_incidents().at(0).cause, Cause::source_ended) << "what ended it";
}

TEST_F(SourceTest, AnEndThatNobodySawTheReasonOfStaysOne) {
  lose_source();
  stand.send(SourceProbed{
      stand.source_asked,
      {.answer = LookAnswer::unclear, .cause = Cause::source_unreachable, .sentence = "time-out"}});
  EXPECT_EQ(stand.core.status().verdict->cause, Cause::source_ended);
}

TEST_F(SourceTest, EncoderAndSinkAreNotWaitedFor) {
  stand.healthy();
  EXPECT_EQ(actions(stand.exited(code(1))), "launch");
}

TEST_F(SourceTest, WhatCannotBeLookedAtIsRestartedByTheBudget) {
  Stand blind(quick_policy(), StreamCore::Command{});
  blind.healthy();
  EXPECT_EQ(actions(blind.ended_by(Cause::source_ended)), "launch");
  EXPECT_EQ(blind.core.status().attempts, 1U);
}

TEST_F(SourceTest, FfmpegStartsTheMomentALookFindsTheSourceAgain) {
  lose_source();
  stand.source_probed(false);
  wait_in_vain(1min);
  EXPECT_EQ(actions(stand.wait(1s)), "source?");
  EXPECT_EQ(actions(stand.source_probed(true)), "launch");
  EXPECT_EQ(stand.state(), State::starting);
}

TEST_F(SourceTest, ADefiniteAnswerIsTriedByFfmpegOnceARetryInterval) {
  lose_source();
  stand.source_probed(LookAnswer::missing);
  EXPECT_EQ(launches(wait_in_vain(9900ms)).size(), 0U);
  EXPECT_EQ(launches(wait_in_vain(50s)).size(), 5U);
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

// Another resolver, other certificates, a slower server: FFmpeg may find it otherwise.
TEST_F(SourceTest, WhatALookCannotTellFfmpegTriesLikeAShellsLoop) {
  lose_source();
  std::vector<Duration> after;
  for (const Instant began = stand.now; stand.now - began < 20s;) {
    Step step = stand.wait(100ms);
    Stand::append(step, stand.source_probed(LookAnswer::unclear));
    if (!launches(step).empty()) after.push_back(stand.now - began);
    fail_trial(step);
  }
  EXPECT_EQ(after, (std::vector<Duration>{1s, 3s, 6s, 11s, 16s}));
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST_F(SourceTest, WhatRefusesIsNotLookedAtAgainAndTriedLessAndLessOften) {
  lose_source();
  stand.source_probed(LookAnswer::refused);
  unsigned looks = 0, logins = 0;
  for (const Instant began = stand.now; stand.now - began < 60s;) {
    Step step = stand.wait(100ms);
    logins += static_cast<unsigned>(launches(step).size());
    looks += static_cast<unsigned>(all_of<ProbeSource>(step.actions).size());
    if (stand.state() != State::starting) continue;
    stand.launched();
    looks += static_cast<unsigned>(
        all_of<ProbeSource>(stand.ended_by(Cause::source_refused).actions).size());
  }
  EXPECT_EQ(looks, 0U);
  EXPECT_LE(logins, 7U);
  EXPECT_GE(logins, 5U);
}

TEST_F(SourceTest, TheServersOwnWordOnWhenIsKept) {
  lose_source();
  stand.send(SourceProbed{stand.source_asked,
                          {.answer = LookAnswer::refused,
                           .cause = Cause::source_unreachable,
                           .sentence = "429",
                           .retry_after = 25s}});
  EXPECT_TRUE(launches(stand.wait(24s)).empty());
  EXPECT_EQ(launches(stand.wait(2s)).size(), 1U);
}

// A server that takes connections is up; FFmpeg was answered 404 on one.
TEST_F(SourceTest, FfmpegsOwnWordOutranksALookThatOnlyConnects) {
  stand.starting();
  stand.ended_by(Cause::source_missing);
  stand.source_probed(LookAnswer::reachable);
  EXPECT_EQ(stand.core.status().source_available, false);
  EXPECT_EQ(stand.state(), State::waiting_for_source);
  EXPECT_EQ(launches(stand.wait(1s)).size(), 1U);
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST_F(SourceTest, WhatCannotBeLookedAtIsTriedWithoutAttemptsUntilItIsThere) {
  Stand blind(quick_policy(), StreamCore::Command{});
  blind.starting();
  blind.ended_by(Cause::source_unreachable);
  EXPECT_EQ(blind.state(), State::waiting_for_source);
  EXPECT_EQ(launches(blind.wait(1s)).size(), 1U);
  EXPECT_EQ(blind.core.status().attempts, 0U);
}

TEST_F(SourceTest, AnOutageSpendsNoRestarts) {
  lose_source();
  for (int outage = 0; outage < 10; ++outage) {
    wait_in_vain(20s);
    stand.wait(500ms);
    stand.source_probed(true);
    stand.launched();
    stand.block();
    stand.feed(6s);
    stand.ended_by(Cause::source_ended);
  }
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST_F(SourceTest, ASourceThatWasThereAllTheTimeSpendsARestart) {
  lose_source();
  const Step step = stand.source_probed(true);
  EXPECT_EQ(actions(step), "launch") << "at once: the stream had been healthy";
  EXPECT_EQ(stand.core.status().attempts, 1U);
}

TEST_F(SourceTest, AProbeThatLiesCannotMakeItSpin) {
  stand.healthy();
  unsigned launches = 0;
  const Instant began = stand.now;
  stand.ended_by(Cause::source_ended);
  while (stand.now - began < 50s) {
    Step step = stand.source_probed(true);
    Stand::append(step, stand.wait(10ms));
    if (test::launches(step).empty()) continue;
    ++launches;
    stand.launched();
    stand.ended_by(Cause::source_ended);
  }
  EXPECT_LE(launches, 15U) << "a shell's loop with `sleep 5`, and a few";
  EXPECT_TRUE(stand.core.status().escalated);
}

TEST_F(SourceTest, ReturnsThatDoNotLastAreUsedLessAndLessOften) {
  lose_source();
  unsigned launches = 0;
  for (const Instant began = stand.now; stand.now - began < 60s; stand.now += 10ms) {
    Step step = stand.wait(0s);
    Stand::append(step, stand.source_probed(stand.source_asked % 2 == 0));
    if (test::launches(step).empty()) continue;
    ++launches;
    stand.launched();
    stand.ended_by(Cause::source_ended);
  }
  EXPECT_GE(launches, 4U);
  EXPECT_LE(launches, 15U) << "a shell's loop with `sleep 5`, and a few";
}

TEST_F(SourceTest, EachRetryIsCountedAndDecidedOnce) {
  lose_source();
  stand.source_probed(false);
  const Step step = wait_in_vain(21s);
  EXPECT_EQ(stand.core.status().source_retries, 2U);
  const auto decided = notices<Decided>(step);
  EXPECT_EQ(std::ranges::count(decided, DecisionKind::wait_for_source, &Decided::kind), 2)
      << "FFmpeg's trial and the retry that is due with it are one";
}

TEST_F(SourceTest, TheLastRetryEscalatesOnceAndLookingGoesOn) {
  lose_source();
  const Step step = wait_in_vain(31s);
  ASSERT_EQ(notices<Escalated>(step).size(), 1U);
  EXPECT_EQ(monitor::component_of(notices<Escalated>(step).front().verdict.cause),
            monitor::Component::source);
  const Step later = wait_in_vain(1h);
  EXPECT_TRUE(notices<Escalated>(later).empty());
  EXPECT_GT(all_of<ProbeSource>(later.actions).size(), 700U);
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST_F(SourceTest, TheEscalationIsResolvedByAWholeCooldownOnAir) {
  lose_source();
  wait_in_vain(40s);
  stand.wait(6s);
  stand.source_probed(true);
  stand.launched();
  stand.block();
  EXPECT_TRUE(notices<EscalationResolved>(stand.feed(59s)).empty());
  EXPECT_EQ(notices<EscalationResolved>(stand.feed(3s)).size(), 1U);
  EXPECT_EQ(stand.core.status().source_retries, 0U);
}

TEST_F(SourceTest, TheVerdictNamesWhatIsMissing) {
  lose_source();
  stand.source_probed(false);
  EXPECT_EQ(stand.core.status().verdict->evidence.front(), "the mount is not there");
}

TEST_F(SourceTest, ALateAnswerToAnOldLookDecidesNothing) {
  stand.healthy();
  stand.now += 6s;  // silent: a look is due while on air
  stand.send(Tick{});
  const std::uint64_t old = stand.source_asked;
  ASSERT_GT(old, 0U);
  stand.ended_by(Cause::source_ended);
  const Step step = stand.send(SourceProbed{
      old, {.answer = monitor::LookAnswer::delivers, .cause = {}, .sentence = "long ago"}});
  EXPECT_TRUE(is_empty(step));
  EXPECT_EQ(stand.state(), State::waiting_for_source);
}

// A look that was under way when FFmpeg was launched found that the source refuses.
TEST_F(SourceTest, ARefusalThatComesLateStillEndsTheLooks) {
  lose_source();
  const std::uint64_t under_way = stand.source_asked;
  stand.restart();
  stand.launched();
  stand.send(SourceProbed{
      under_way,
      {.answer = LookAnswer::refused, .cause = Cause::source_refused, .sentence = "401"}});
  stand.block();
  EXPECT_TRUE(all_of<ProbeSource>(stand.wait(60s).actions).empty());
}

TEST_F(SourceTest, AFrozenStreamWhoseSourceIsToBlameWaitsForItToo) {
  stand.healthy();
  stand.sign(Cause::source_stalled, true);
  EXPECT_EQ(signals(stand.wait(31s)).size(), 1U);
  EXPECT_EQ(actions(stand.exited(code(255))), "source?");
  EXPECT_EQ(stand.state(), State::waiting_for_source);
}

TEST_F(SourceTest, AStopEndsTheWait) {
  lose_source();
  EXPECT_EQ(actions(stand.shut_down()), "end 0");
  EXPECT_EQ(stand.core.next_deadline(), monitor::never);
  EXPECT_TRUE(is_empty(stand.source_probed(true)));
}

TEST_F(SourceTest, APersonNeedNotWait) {
  lose_source();
  EXPECT_EQ(actions(stand.restart()), "launch");
}

TEST_F(SourceTest, WhileFfmpegAdvancesNobodyLooks) {
  stand.on_air();
  EXPECT_TRUE(all_of<ProbeSource>(stand.feed(1h).actions).empty());
  EXPECT_TRUE(stand.core.status().source_available.value());
}

TEST_F(SourceTest, WhenItNoLongerAdvancesALookTells) {
  stand.on_air();
  stand.feed(10s);
  EXPECT_EQ(actions(stand.wait(5s)), "source?");
  const Step step = stand.source_probed(false);
  EXPECT_FALSE(stand.core.status().source_available.value());
  EXPECT_EQ(notices<SourceChanged>(step).size(), 1U);
  EXPECT_EQ(stand.state(), State::on_air) << "what it means is the watch's to judge";
}

TEST_F(SourceTest, OfSeveralInputsNoneIsProvenByTheOutput) {
  StreamCore::Command command = with_source();
  command.advance_proves_source = false;
  Stand two(quick_policy(), command);
  two.on_air();
  Step all;
  for (int i = 0; i < 60; ++i) {
    Stand::append(all, two.feed(1s));
    two.source_probed(true);
  }
  EXPECT_EQ(all_of<ProbeSource>(all.actions).size(), 12U);
}

TEST_F(SourceTest, GivingUpIsObeyedHereToo) {
  for (const auto& [rule, end] :
       {std::pair(OnExhausted::exit, "end 69"), {OnExhausted::stop, ""}}) {
    Policy policy = quick_policy();
    policy.on_exhausted = rule;
    stand = Stand(policy, with_source());
    lose_source();
    Step step = wait_in_vain(35s);
    std::erase_if(step.actions,
                  [](const Action& action) { return !std::holds_alternative<End>(action); });
    EXPECT_EQ(actions(step), end);
    EXPECT_EQ(stand.state(), State::stopped);
    EXPECT_EQ(stand.core.next_deadline(), monitor::never);
  }
}

TEST_F(SourceTest, SwitchedOffItTellsAndTouchesNothing) {
  Policy policy = quick_policy();
  policy.enabled = false;
  stand = Stand(policy, with_source());
  const Step step = lose_source();
  EXPECT_EQ(actions(step), "");
  EXPECT_EQ(notices<Escalated>(step).size(), 1U) << "nobody but a person will bring it back";
  EXPECT_EQ(stand.state(), State::stopped);
}

}  // namespace
}  // namespace recovery::test
