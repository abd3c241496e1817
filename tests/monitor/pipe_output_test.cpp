#include "monitor/detectors/pipe_output.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using monitor::Instant;
using monitor::PipeOutput;
using monitor::WaitSample;

namespace {

constexpr Instant start{1h};

WaitSample writes(int descriptor) {
  WaitSample sample;
  sample.writes_pipe = descriptor;
  return sample;
}

}  // namespace

TEST(PipeOutput, AWriteThatLastsIsToldWithItsDescriptor) {
  PipeOutput output;
  for (int i = 0; i <= 30; ++i) output.on_waits(writes(1), start + i * 1s);
  const auto stall = output.at(start + 30s);
  ASSERT_TRUE(stall);
  EXPECT_EQ(stall->since, start);
  EXPECT_EQ(stall->sentence,
            "FFmpeg has waited for 30.0 s in a write to the pipe of descriptor 1 (its standard "
            "output): it is full, and what reads it does not.");
}

TEST(PipeOutput, AReaderThatKeepsPaceIsNoStall) {
  PipeOutput output;
  for (int i = 0; i <= 30; ++i) {
    output.on_waits(writes(1), start + i * 1s);
    output.on_advance();
  }
  EXPECT_FALSE(output.at(start + 30s));
}

TEST(PipeOutput, AWaitThatWasOverIsCountedAnew) {
  PipeOutput output;
  output.on_waits(writes(1), start);
  output.on_waits({}, start + 5s);
  EXPECT_FALSE(output.at(start + 5s));
  output.on_waits(writes(1), start + 6s);
  EXPECT_EQ(output.at(start + 7s)->since, start + 6s);
}

TEST(PipeOutput, AFifoThatNoProgramHasOpenedHasNoReader) {
  PipeOutput output;
  WaitSample sample;
  sample.awaits_reader = true;
  output.on_waits(sample, start);
  ASSERT_TRUE(output.at(start + 4s));
  EXPECT_FALSE(output.at(start + 4s)->has_reader);
}
