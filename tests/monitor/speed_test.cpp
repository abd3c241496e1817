#include "monitor/detectors/speed.hpp"

#include <gtest/gtest.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1000s};

// A run whose out_time moves at `speed`, a block each 500 ms.
class Life {
 public:
  explicit Life(MinSpeed limit = {}) : detector(limit) {}

  // True when a fault stood at any moment of it.
  bool go(Duration time, double speed) {
    bool fault = false;
    for (const Instant end = now + time; now < end;) {
      now += 500ms;
      out_seconds += 0.5 * speed;
      Progress block;
      block.out_time = std::chrono::microseconds(static_cast<std::int64_t>(out_seconds * 1e6));
      detector.on_progress(block, now);
      fault = fault || detector.check(now);
    }
    return fault;
  }

  SpeedDetector detector;
  Instant now = start;
  double out_seconds = 0;
};

TEST(Speed, RealTimeIsHealthy) {
  Life run;
  EXPECT_FALSE(run.go(1h, 1.0));
  EXPECT_EQ(run.detector.deadline(), never);
}

TEST(Speed, FasterThanRealTimeIsHealthy) {
  EXPECT_FALSE(Life().go(1h, 40.0));
}

TEST(Speed, SlowForTheHoldIsAFault) {
  Life run;
  run.go(1min, 1.0);
  EXPECT_FALSE(run.go(30s, 0.6));
  EXPECT_TRUE(run.go(5s, 0.6));
  const auto fault = run.detector.check(run.now);
  EXPECT_EQ(fault->cause, Cause::encoder_slow);
  EXPECT_FALSE(fault->off_air);
  EXPECT_EQ(fault->sentence, "Speed 0.60x over the last 10 s, below 0.9x for 32 s.");
}

TEST(Speed, SlowFromTheStartIsAFault) {
  EXPECT_TRUE(Life().go(40s, 0.33));
}

TEST(Speed, AShortSlownessIsNot) {
  Life run;
  run.go(1min, 1.0);
  EXPECT_FALSE(run.go(15s, 0.2));
  EXPECT_FALSE(run.go(1min, 1.0));
}

TEST(Speed, TheFaultEndsWithTheSlowness) {
  Life run;
  run.go(1min, 0.5);
  ASSERT_TRUE(run.detector.check(run.now));
  run.go(15s, 1.0);
  EXPECT_FALSE(run.detector.check(run.now));
}

TEST(Speed, TheDeadlineIsWhenTheFaultBegins) {
  Life run;
  run.go(1min, 1.0);
  run.go(20s, 0.5);
  const Instant due = run.detector.deadline();
  EXPECT_GT(due, run.now);
  EXPECT_FALSE(run.detector.check(due - 1ns));
  EXPECT_TRUE(run.detector.check(due));
}

// Look-ahead of 40 frames is 40 s of a slide show: out_time stands meanwhile.
TEST(Speed, AnEncoderThatFillsItsLookAheadIsNotSlow) {
  Life run;
  EXPECT_FALSE(run.go(2min, 0.0));
  EXPECT_FALSE(run.go(2min, 1.0));
}

TEST(Speed, AStreamWithoutOutTimeHasNoSpeed) {
  SpeedDetector detector{MinSpeed{}};
  for (int i = 0; i < 1000; ++i) detector.on_progress(Progress{}, start + i * 1s);
  EXPECT_FALSE(detector.check(start + 1000s));
}

TEST(Speed, TimeInWhichNothingRanCountsForNoFault) {
  Life run;
  run.go(25s, 0.5);
  run.detector.rebase();
  EXPECT_EQ(run.detector.deadline(), never);
  run.now += 1h;
  EXPECT_FALSE(run.go(1min, 1.0));
}

}  // namespace
}  // namespace monitor
