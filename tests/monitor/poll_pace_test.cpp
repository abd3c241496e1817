#include "monitor/tracks/poll_pace.hpp"

#include <gtest/gtest.h>

namespace monitor {
namespace {

using std::chrono_literals::operator""s;

TEST(PollPace, WaitsTwiceAsLongAfterEachFailureAndAsUsualOnceItAnswers) {
  PollPace pace(10s, 120s);
  EXPECT_EQ(pace.after(true), 10s);
  EXPECT_EQ(pace.after(false), 20s);
  EXPECT_EQ(pace.after(false), 40s);
  EXPECT_EQ(pace.after(false), 80s);
  EXPECT_EQ(pace.after(false), 120s);
  EXPECT_EQ(pace.after(false), 120s);
  EXPECT_EQ(pace.after(true), 10s);
  EXPECT_EQ(pace.after(false), 20s);
}

TEST(PollPace, IsNeverFasterThanItsInterval) {
  PollPace pace(300s, 120s);
  EXPECT_EQ(pace.after(false), 300s);
}

}  // namespace
}  // namespace monitor
