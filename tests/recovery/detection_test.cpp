#include "recovery/detection.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

constexpr Instant start = Instant{} + 1000h;

monitor::Progress block(std::int64_t frames) {
  monitor::Progress progress;
  progress.frame = frames;
  return progress;
}

class DetectionTest : public testing::Test {
 protected:
  DetectionTest() { detection.begin(limits, true, start); }
  void put_out(Instant now) { detection.watch()->on_progress(block(++frames), now); }

  monitor::Limits limits;  // 30 s without output, at first and later
  Detection detection;
  std::int64_t frames = 1;
};

TEST_F(DetectionTest, BeforeTheFirstChildThereIsNoWatch) {
  EXPECT_EQ(Detection().watch(), nullptr);
}

TEST_F(DetectionTest, AFaultIsFoundAtItsDeadline) {
  EXPECT_EQ(detection.deadline(), start + 30s);
  EXPECT_TRUE(detection.check(start + 29s).empty());
  const auto faults = detection.check(start + 30s);
  ASSERT_NE(Detection::off_air_fault(faults), nullptr);
  EXPECT_TRUE(detection.holds_off_air(start + 30s));
}

TEST_F(DetectionTest, OnlyAnOffAirFaultHoldsTheStreamOffAir) {
  EXPECT_EQ(Detection::off_air_fault({}), nullptr);
  EXPECT_EQ(Detection::off_air_fault({{monitor::Cause::cpu_high, false, "busy"}}), nullptr);
  EXPECT_FALSE(detection.holds_off_air(start + 1s));
}

TEST_F(DetectionTest, MutedItFindsNothingAndIsNotDue) {
  detection.mute();
  EXPECT_TRUE(detection.is_muted());
  EXPECT_EQ(detection.deadline(), monitor::never);
  EXPECT_TRUE(detection.check(start + 1h).empty());
}

TEST_F(DetectionTest, UnmutedItIsAskedAgain) {
  detection.mute();
  detection.unmute(start + 40s);
  EXPECT_FALSE(detection.is_muted());
  EXPECT_FALSE(detection.check(start + 40s).empty());
}

TEST_F(DetectionTest, ANewChildIsNotMutedAndHasNoneOfTheOldOnesFaults) {
  detection.check(start + 30s);
  detection.mute();
  detection.begin(limits, true, start + 40s);
  EXPECT_FALSE(detection.is_muted());
  EXPECT_TRUE(detection.check(start + 41s).empty());
  EXPECT_EQ(detection.deadline(), start + 70s);
}

TEST_F(DetectionTest, WithoutTheKernelsCountersASinkIsTakenAsProven) {
  EXPECT_TRUE(detection.sink_is_proven(10s, start + 1s));
}

TEST_F(DetectionTest, WithThemOutputForTheStallTimeoutProvesTheSink) {
  detection.observe(monitor::ConnectionSamples{}, start);
  put_out(start + 1s);
  EXPECT_FALSE(detection.sink_is_proven(10s, start + 11s - 1ns));
  EXPECT_TRUE(detection.sink_is_proven(10s, start + 11s));
}

// A server that takes nothing is proven by the kernel's counters, until those tell nothing any
// more.
TEST_F(DetectionTest, AWitnessThatFallsSilentProvesNothingAfterTenSeconds) {
  put_out(start + 1s);
  monitor::ConnectionSample sink;
  sink.id = 1;
  sink.side = monitor::Side::output;
  sink.received_bytes = 3000;
  sink.acked_bytes = 50'000;
  sink.peer_window_bytes = 0;
  for (int second = 1; second <= 15; ++second) {
    sink.unsent_bytes += 16'000;
    detection.observe(monitor::ConnectionSamples{sink}, start + second * 1s);
  }
  EXPECT_NE(Detection::off_air_fault(detection.check(start + 16s)), nullptr);
  const auto faults = detection.check(start + 26s);
  EXPECT_EQ(Detection::off_air_fault(faults), nullptr);
  ASSERT_FALSE(faults.empty());
  EXPECT_EQ(faults.front().cause, monitor::Cause::sink_stalled) << "it is still told";
}

TEST_F(DetectionTest, ThatTheKernelReportsIsKnownOfTheNextChildToo) {
  detection.observe(monitor::ConnectionSamples{}, start);
  detection.begin(limits, true, start + 5s);
  EXPECT_FALSE(detection.sink_is_proven(10s, start + 6s));
}

}  // namespace
}  // namespace recovery
