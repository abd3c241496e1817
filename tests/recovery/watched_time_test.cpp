#include "recovery/watched_time.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

using namespace std::chrono_literals;

const WallTime start = WallTime(1000h);

TEST(WatchedTime, AStreamThatNeverRanIsKnownFromNowOn) {
  WatchedTime watched;
  watched.begin({}, start);
  EXPECT_EQ(watched.since(), start);
  EXPECT_TRUE(watched.unwatched().empty());
}

TEST(WatchedTime, BetweenTwoLivesNobodyWatched) {
  PersistedState past;
  past.watched_since = start - 100s;
  past.alive_at = start - 46s;
  WatchedTime watched;
  watched.begin(past, start);
  EXPECT_EQ(watched.since(), start - 100s);
  const std::vector<UnwatchedSpan> gap{{start - 46s, start}};
  EXPECT_EQ(watched.unwatched(), gap);
  EXPECT_EQ(watched.take_new(), gap);
  EXPECT_TRUE(watched.take_new().empty());
}

TEST(WatchedTime, NobodyWatchedWhileTheSupervisorWasStopped) {
  WatchedTime watched;
  watched.begin({}, start);
  watched.pause(4s, start + 60s);
  EXPECT_TRUE(watched.unwatched().empty()) << "too short to matter";
  watched.pause(20s, start + 120s);
  const std::vector<UnwatchedSpan> gap{{start + 100s, start + 120s}};
  EXPECT_EQ(watched.unwatched(), gap);
  EXPECT_EQ(watched.take_new(), gap);
}

TEST(WatchedTime, AClockThatWasSetBackMakesNoGap) {
  PersistedState past;
  past.alive_at = start + 1h;
  WatchedTime watched;
  watched.begin(past, start);
  EXPECT_TRUE(watched.unwatched().empty());
}

TEST(WatchedTime, TheOldestGapIsForgotten) {
  PersistedState past;
  past.alive_at = start - 1s;
  past.unwatched.assign(unwatched_limit, {start - 3s, start - 2s});
  WatchedTime watched;
  watched.begin(past, start);
  EXPECT_EQ(watched.unwatched().size(), unwatched_limit);
  EXPECT_EQ(watched.unwatched().front().until, start);
}

}  // namespace
}  // namespace recovery
