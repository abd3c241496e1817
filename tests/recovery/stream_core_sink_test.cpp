// A sink that is lost: paced restarts, brought forward when it is seen to come back.

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;

class SinkTest : public testing::Test {
 protected:
  // Restarted at once, refused, and cooling down.
  Step lose_sink() {
    stand.healthy();
    stand.ended_by(Cause::sink_lost);
    stand.launched();
    return stand.ended_by(Cause::sink_unreachable);
  }

  static StreamCore::Command with_sink() {
    StreamCore::Command command;
    command.sink_can_be_probed = true;
    return command;
  }
  Stand stand{steady_policy(), with_sink()};
};

TEST_F(SinkTest, ALostSinkIsPacedLikeACrash) {
  lose_sink();
  EXPECT_EQ(stand.state(), State::cooling_down);
  EXPECT_EQ(stand.core.status().attempts, 2U);
}

TEST_F(SinkTest, ItIsLookedForWhileItCoolsDown) {
  EXPECT_EQ(actions(lose_sink()), "sink?");
}

TEST_F(SinkTest, OneThatComesBackBringsTheAttemptForward) {
  lose_sink();
  stand.sink_probed(false);
  EXPECT_EQ(actions(stand.wait(250ms)), "sink?");
  const Step step = stand.sink_probed(true);
  EXPECT_EQ(actions(step), "launch");
  EXPECT_EQ(notices<Decided>(step).front().attempt, 0U) << "the attempt was spent already";
}

TEST_F(SinkTest, OneThatRefusedFfmpegAndIsThereAtTheFirstLookHasComeBack) {
  lose_sink();
  EXPECT_EQ(actions(stand.sink_probed(true)), "launch");
}

TEST_F(SinkTest, OneThatWasThereAllTheTimeDoesNot) {
  stand.healthy();
  stand.ended_by(Cause::sink_lost);
  stand.launched();
  stand.ended_by(Cause::sink_rejected);
  EXPECT_EQ(actions(stand.sink_probed(true)), "");
  EXPECT_EQ(stand.state(), State::cooling_down);
}

TEST_F(SinkTest, OneThatIsThereAndRefusesIsLookedAtSeldom) {
  lose_sink();
  for (int i = 0; i < 3; ++i) {
    stand.wait(5s);
    stand.launched();
    stand.ended_by(Cause::sink_rejected);
  }
  unsigned looks = 0;
  for (int i = 0; i < 300; ++i) {
    looks += static_cast<unsigned>(all_of<ProbeSink>(stand.wait(100ms).actions).size());
    stand.sink_probed(true);
  }
  EXPECT_LE(looks, 7U) << "one each probe_interval";
}

TEST_F(SinkTest, LooksEndWithTheCooldown) {
  lose_sink();
  stand.sink_probed(false);
  EXPECT_EQ(launches(stand.wait(2s)).size(), 1U);
  EXPECT_TRUE(is_empty(stand.sink_probed(true)));
}

TEST_F(SinkTest, NobodyLooksForTheSinkOfAnEncoderThatCrashed) {
  stand.cooling_down();
  EXPECT_TRUE(all_of<ProbeSink>(stand.wait(500ms).actions).empty());
}

TEST_F(SinkTest, AnEscalatedOneIsUsedAgainAtOnceToo) {
  lose_sink();
  for (int i = 0; i < 2; ++i) {
    stand.wait(5s);
    stand.launched();
    stand.ended_by(Cause::sink_unreachable);
  }
  ASSERT_TRUE(stand.core.status().escalated);
  stand.wait(10s);
  stand.sink_probed(false);
  stand.wait(10s);
  EXPECT_EQ(actions(stand.sink_probed(true)), "launch");
}

TEST_F(SinkTest, APortThatFlapsIsUsedLessAndLessOften) {
  lose_sink();
  unsigned launches = 0;
  for (const Instant began = stand.now; stand.now - began < 60s; stand.now += 10ms) {
    Step step = stand.wait(0s);
    Stand::append(step, stand.sink_probed(stand.sink_asked % 2 == 0));
    if (test::launches(step).empty()) continue;
    ++launches;
    stand.launched();
    stand.ended_by(Cause::sink_unreachable);
  }
  EXPECT_LE(launches, 10U);
}

TEST_F(SinkTest, ANameStillInUseIsGivenTimeToSettle) {
  stand.healthy();
  stand.ended_by(Cause::sink_lost);
  stand.launched();
  stand.send(SignSeen{stand.generation(),
                      {Cause::sink_rejected, true, 110, true},
                      "Server error: Already publishing"});
  stand.exited(code(1));
  EXPECT_TRUE(launches(stand.wait(1990ms)).empty());
  EXPECT_EQ(launches(stand.wait(20ms)).size(), 1U);
}

}  // namespace
}  // namespace recovery::test
