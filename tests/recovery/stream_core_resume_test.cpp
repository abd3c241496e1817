// What a life of the supervisor inherits from the one before.

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;

class ResumeTest : public testing::Test {
 protected:
  static StreamCore::Resumed crashed(unsigned attempts, Duration ago) {
    StreamCore::Resumed past;
    past.attempts = attempts;
    past.stopped_as_asked = false;
    past.launched_ago = ago;
    return past;
  }
  Stand stand;
};

TEST_F(ResumeTest, AFirstLifeLaunchesAtOnce) {
  stand.core.resume({}, stand.now);
  EXPECT_EQ(actions(stand.start()), "launch");
}

TEST_F(ResumeTest, AfterACrashOfAHealthyLifeItIsLaunchedAtOnceAsARestart) {
  stand.core.resume(crashed(0, 1h), stand.now);
  EXPECT_EQ(actions(stand.start()), "launch");
  EXPECT_EQ(stand.core.status().attempts, 1U);
}

TEST_F(ResumeTest, ACrashLoopGetsNoFreshBudget) {
  unsigned attempts = 0;
  Duration waited{};
  for (int life = 0; life < 6; ++life) {
    stand = Stand();
    stand.core.resume(crashed(attempts, 100ms), stand.now);
    const Instant began = stand.now;
    Step step = stand.start();
    if (launches(step).empty()) step = stand.wait(10min);
    EXPECT_EQ(launches(step).size(), 1U) << "each life tries once, whatever is left";
    EXPECT_TRUE(ends(step).empty());
    waited += stand.core.status().launched_at.value() - began;
    attempts = stand.core.status().attempts;
  }
  EXPECT_GT(waited, 170s) << "1 s, 2 s, then a cooldown each";
}

TEST_F(ResumeTest, TheLifeThatFindsTheBudgetSpentEscalates) {
  stand.core.resume(crashed(3, 1s), stand.now);
  EXPECT_EQ(notices<Escalated>(stand.start()).size(), 1U);
}

TEST_F(ResumeTest, AnOpenEscalationIsNotToldAgainAndIsResolvedByThisLife) {
  StreamCore::Resumed past = crashed(5, 2min);
  past.alert = monitor::Verdict{Cause::encoder_failed, {"FFmpeg ended with exit code 1."}};
  past.escalated = true;
  stand.core.resume(past, stand.now);
  EXPECT_TRUE(stand.core.status().escalated);
  EXPECT_TRUE(notices<Escalated>(stand.start()).empty());
  stand.launched();
  stand.block();
  EXPECT_EQ(notices<EscalationResolved>(stand.feed(61s)).size(), 1U);
}

TEST_F(ResumeTest, AStopAskedForIsNoCrash) {
  StreamCore::Resumed past = crashed(5, 1s);
  past.stopped_as_asked = true;
  stand.core.resume(past, stand.now);
  EXPECT_EQ(actions(stand.start()), "launch");
}

TEST_F(ResumeTest, ButWhatWasSpentStaysSpent) {
  StreamCore::Resumed past = crashed(3, 1s);
  past.stopped_as_asked = true;
  stand.core.resume(past, stand.now);
  stand.starting();
  EXPECT_EQ(notices<Escalated>(stand.exited(code(1))).size(), 1U);
}

TEST_F(ResumeTest, ALifeThatIsToGiveUpStillTriesOnce) {
  Policy policy = steady_policy();
  policy.on_exhausted = OnExhausted::exit;
  stand = Stand(policy);
  stand.core.resume(crashed(9, 10s), stand.now);
  EXPECT_TRUE(ends(stand.start()).empty());
  EXPECT_EQ(launches(stand.wait(60s)).size(), 1U);
  stand.launched();
  EXPECT_EQ(actions(stand.exited(code(1))), "end 69");
}

TEST_F(ResumeTest, AnEscalationIsOverWhenAPersonStopsTheStream) {
  stand.healthy();
  for (int i = 0; i < 4; ++i) {
    stand.exited(code(1));
    if (i == 3) break;
    stand.wait(10s);
    stand.launched();
  }
  ASSERT_TRUE(stand.core.status().escalated);
  EXPECT_EQ(notices<EscalationResolved>(stand.stop()).size(), 1U);
}

TEST_F(ResumeTest, AlsoOfAStreamThatHadGivenUp) {
  Policy policy = steady_policy();
  policy.on_exhausted = OnExhausted::stop;
  policy.max_restart_attempts = 0;
  stand = Stand(policy);
  stand.on_air();
  stand.exited(code(1));
  ASSERT_EQ(stand.state(), State::stopped);
  EXPECT_EQ(notices<EscalationResolved>(stand.stop()).size(), 1U);
}

TEST_F(ResumeTest, ButNotWhenTheSupervisorEnds) {
  stand.core.resume(
      [] {
        StreamCore::Resumed past = crashed(5, 2min);
        past.alert = monitor::Verdict{Cause::encoder_failed, {}};
        past.escalated = true;
        return past;
      }(),
      stand.now);
  stand.start();
  EXPECT_TRUE(notices<EscalationResolved>(stand.shut_down()).empty());
}

}  // namespace
}  // namespace recovery::test
