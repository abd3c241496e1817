// A command that comes to the end it was meant to have is started again: no incident, no attempt.
#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;

StreamCore::Command ending(OwnEnd end) {
  StreamCore::Command command;
  command.own_end = end;
  return command;
}

Stand of_files() {
  return {steady_policy(), ending({.after_output = Duration::zero(), .after_life = {}})};
}

TEST(OwnEnd, OfAFileIsStartedAgainAtOnceAndIsNoIncident) {
  Stand stand = of_files();
  stand.on_air();
  for (int life = 0; life < 20; ++life) {
    stand.feed(8s);
    const Step step = stand.exited(code(0));
    ASSERT_EQ(actions(step), "launch");
    ASSERT_TRUE(notices<IncidentOpened>(step).empty());
    ASSERT_TRUE(notices<WentOffAir>(step).empty());
    ASSERT_EQ(notices<RestartedOnPurpose>(step).size(), 1U);
    stand.launched();
    stand.block();
  }
  EXPECT_EQ(stand.core.status().own_ends.size(), 20U);
  EXPECT_EQ(stand.core.status().attempts, 0U);
  EXPECT_FALSE(stand.core.status().escalated);
}

TEST(OwnEnd, ThatComesTooSoonDoesNotSpin) {
  Stand stand = of_files();
  stand.on_air();
  stand.feed(1s);
  const Step step = stand.exited(code(0));
  EXPECT_EQ(actions(step), "");
  EXPECT_TRUE(notices<IncidentOpened>(step).empty());
  EXPECT_EQ(actions(stand.wait(1900ms)), "");
  EXPECT_EQ(actions(stand.wait(100ms)), "launch");
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST(OwnEnd, EndsTheStreamWhereRestartAllowsIt) {
  Policy policy = steady_policy();
  policy.restart = Restart::on_failure;
  Stand stand(policy, ending({.after_output = {}, .after_life = 10s}));
  stand.on_air();
  stand.feed(10s);
  EXPECT_EQ(actions(stand.exited(code(124))), "end 0");
}

TEST(OwnEnd, IsNoneWithoutOutput) {
  Stand stand = of_files();
  stand.starting();
  EXPECT_EQ(notices<IncidentOpened>(stand.exited(code(0))).size(), 1U);
}

TEST(OwnEnd, IsNoneWithAnError) {
  Stand stand = of_files();
  stand.on_air();
  stand.feed(8s);
  EXPECT_EQ(notices<IncidentOpened>(stand.exited(code(1))).size(), 1U);
}

TEST(OwnEnd, IsNoneOfAFifoWhoseWriterHasGone) {
  Stand stand = of_files();
  stand.on_air();
  monitor::WaitSample waits;
  waits.reads_pipe = true;
  stand.send(Observed{stand.generation(), waits});
  stand.feed(8s);
  EXPECT_EQ(notices<IncidentOpened>(stand.exited(code(0))).size(), 1U);
}

TEST(OwnEnd, OfALiveSourceNeedsTheTimeThatWasAskedFor) {
  Stand stand(steady_policy(), ending({.after_output = 60s, .after_life = {}}));
  stand.on_air();
  stand.feed(30s);
  EXPECT_EQ(notices<IncidentOpened>(stand.exited(code(0))).size(), 1U);  // its source has ended
  stand.launched();
  stand.block();
  stand.feed(59s);
  EXPECT_TRUE(notices<IncidentOpened>(stand.exited(code(0))).empty());
}

TEST(OwnEnd, ByAWrapperHasWhateverStatusOnceItsTimeHasCome) {
  for (const auto& status : {code(124), code(137), code(255), by_signal(SIGTERM)}) {
    Stand stand(steady_policy(), ending({.after_output = {}, .after_life = 20s}));
    stand.on_air();
    stand.feed(20s);
    const Step step = stand.exited(status);
    EXPECT_EQ(actions(step), "launch");
    EXPECT_TRUE(notices<IncidentOpened>(step).empty());
    stand.launched();
    stand.block();
    stand.feed(10s);
    EXPECT_EQ(notices<IncidentOpened>(stand.exited(status)).size(), 1U);  // before its time
  }
}

TEST(OwnEnd, CountsTowardsAHealthyCooldown) {
  Stand stand = of_files();
  stand.on_air();
  stand.exited(code(1));  // a fault, and an attempt
  stand.launched();
  stand.block();
  for (int life = 0; life < 10; ++life) {
    stand.feed(8s);
    stand.exited(code(0));
    stand.launched();
    stand.block();
  }
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST(OwnEnd, IsAnEndWhereRecoveryIsOff) {
  Policy policy = steady_policy();
  policy.enabled = false;
  Stand stand(policy, ending({.after_output = Duration::zero(), .after_life = {}}));
  stand.on_air();
  stand.feed(8s);
  stand.exited(code(0));
  EXPECT_EQ(stand.state(), State::stopped);
}

}  // namespace
}  // namespace recovery::test
