#include "monitor/detectors/load.hpp"

#include <gtest/gtest.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1000s};

ProcessSample cpu(double percent, double allowed) {
  ProcessSample sample;
  sample.cpu_percent = percent;
  sample.cpus_allowed = allowed;
  return sample;
}

ProcessSample memory(std::int64_t mib) {
  ProcessSample sample;
  sample.rss_bytes = mib * 1024 * 1024;
  return sample;
}

TEST(Cpu, IsMeasuredAgainstWhatTheProcessMayUse) {
  CpuDetector detector(90);
  for (int i = 0; i <= 60; ++i) detector.on_sample(cpu(190, 4), start + i * 1s);
  EXPECT_FALSE(detector.check(start + 60s));
  for (int i = 61; i <= 91; ++i) detector.on_sample(cpu(190, 2), start + i * 1s);
  const auto fault = detector.check(start + 91s);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->cause, Cause::cpu_high);
  EXPECT_FALSE(fault->off_air);
  EXPECT_EQ(fault->sentence,
            "CPU at 95 % of what FFmpeg may use (190 % of one CPU, 2 CPUs allowed), above 90 % for "
            "30 s.");
}

TEST(Cpu, AQuotaOfHalfACpuIsTheMeasure) {
  CpuDetector detector(90);
  for (int i = 0; i <= 30; ++i) detector.on_sample(cpu(49, 0.5), start + i * 1s);
  EXPECT_TRUE(detector.check(start + 30s));
}

TEST(Cpu, APeakIsNoFault) {
  CpuDetector detector(90);
  for (int i = 0; i < 30; ++i) detector.on_sample(cpu(100, 1), start + i * 1s);
  EXPECT_EQ(detector.deadline(), start + 30s);
  detector.on_sample(cpu(50, 1), start + 30s);
  EXPECT_FALSE(detector.check(start + 30s));
  EXPECT_EQ(detector.deadline(), never);
}

TEST(Cpu, TheFaultBeginsAtTheDeadline) {
  CpuDetector detector(90);
  detector.on_sample(cpu(100, 1), start);
  EXPECT_FALSE(detector.check(detector.deadline() - 1ns));
  EXPECT_TRUE(detector.check(detector.deadline()));
  detector.rebase();
  EXPECT_FALSE(detector.check(start + 1h));
}

TEST(Memory, AboveTheLimitForTenSecondsIsAFault) {
  MemoryDetector detector(2048);
  detector.on_sample(memory(2048), start);
  EXPECT_EQ(detector.deadline(), never);
  detector.on_sample(memory(3000), start + 1s);
  EXPECT_EQ(detector.deadline(), start + 11s);
  EXPECT_FALSE(detector.check(start + 11s - 1ns));
  const auto fault = detector.check(start + 11s);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->cause, Cause::memory_high);
  EXPECT_FALSE(fault->off_air);
  EXPECT_EQ(fault->sentence, "Memory at 3000 MiB, above 2048 MiB for 10 s.");
  detector.on_sample(memory(100), start + 12s);
  EXPECT_FALSE(detector.check(start + 12s));
}

}  // namespace
}  // namespace monitor
