#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

// When a second TERM is sent: to FFmpeg it means "abort now", so it needs proof that nothing is
// being done any more.
namespace recovery::test {
namespace {

Policy patient_policy() {
  Policy policy = steady_policy();
  policy.stop_grace = 70s;
  return policy;
}

TEST(SecondTerm, FollowsTwoSecondsWithoutCpuAndWithoutAByte) {
  Stand stand;
  stand.stopping();
  stand.worked(3s, 1000);
  stand.wait(1999ms);
  EXPECT_EQ(actions(stand.worked(3s, 1000)), "");
  stand.wait(1ms);
  EXPECT_EQ(actions(stand.worked(3s, 1000)), "TERM");
  stand.wait(2900ms);
  EXPECT_EQ(actions(stand.worked(3s, 1000)), "") << "there is no third";
  EXPECT_EQ(actions(stand.wait(100ms)), "KILL");
}

TEST(SecondTerm, IsNotSentToOneThatUsesCpuOrWrites) {
  Stand stand(patient_policy());
  stand.stopping();
  Step all;
  for (int second = 0; second < 69; ++second) {
    const bool encodes = second < 40;
    const auto written = static_cast<std::uint64_t>(encodes ? 0 : second * 4096);
    Stand::append(all, stand.worked(encodes ? second * 10ms : 400ms, written));
    Stand::append(all, stand.wait(1s));
  }
  EXPECT_EQ(actions(all), "");
  EXPECT_EQ(actions(stand.wait(1s)), "KILL");
}

TEST(SecondTerm, ComesAtAnyTimeOfTheGrace) {
  Stand stand(patient_policy());
  stand.stopping();
  for (int second = 0; second < 60; ++second) {
    EXPECT_EQ(actions(stand.worked(second * 1s, 0)), "");
    stand.wait(1s);
  }
  stand.worked(60s, 0);
  stand.wait(2s);
  EXPECT_EQ(actions(stand.worked(60s, 0)), "TERM");
}

TEST(SecondTerm, IsNotSentWhereTheWrittenBytesCannotBeSeen) {
  Stand stand;
  stand.stopping();
  Step all;
  for (int i = 0; i < 9; ++i) {
    Stand::append(all, stand.worked(1s, std::nullopt));
    Stand::append(all, stand.wait(500ms));
  }
  EXPECT_EQ(actions(all), "");
}

TEST(SecondTerm, IsNotSentToOneThatWaitsForADisk) {
  Stand stand;
  stand.stopping();
  Step all;
  for (int i = 0; i < 9; ++i) {
    Stand::append(all, stand.worked(1s, 1000, 'D'));
    Stand::append(all, stand.wait(500ms));
  }
  EXPECT_EQ(actions(all), "");
}

TEST(SecondTerm, IsNotSentWhileThePeerTakesWhatWasWritten) {
  Stand stand;
  stand.stopping();
  Step all;
  for (int i = 0; i < 9; ++i) {
    Stand::append(all, stand.acked(1000U + static_cast<unsigned>(i)));
    Stand::append(all, stand.worked(1s, 1000));
    Stand::append(all, stand.wait(500ms));
  }
  EXPECT_EQ(actions(all), "");
}

TEST(SecondTerm, WhatItDidBeforeTheFirstIsNotCounted) {
  Stand stand;
  stand.on_air();
  stand.worked(1s, 1000);
  stand.wait(10s);
  stand.stop();
  EXPECT_EQ(actions(stand.worked(1s, 1000)), "") << "it may be about to begin";
  stand.wait(2s);
  EXPECT_EQ(actions(stand.worked(1s, 1000)), "TERM");
}

TEST(SecondTerm, ATimeInWhichNothingCouldRunIsNoStillness) {
  Stand stand(patient_policy());
  stand.stopping();
  stand.worked(1s, 1000);
  stand.now += 30s;
  stand.send(Paused{});
  EXPECT_EQ(actions(stand.worked(1s, 1000)), "");
  stand.wait(2s);
  EXPECT_EQ(actions(stand.worked(1s, 1000)), "TERM");
}

}  // namespace
}  // namespace recovery::test
