#include "monitor/detectors/rates.hpp"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1000s};

Progress at(double seconds, double fps = 25, double bps = 400'000, double speed = 1) {
  Progress block;
  block.frame = static_cast<std::int64_t>(seconds * fps);
  block.total_size_bytes = static_cast<std::int64_t>(seconds * bps / 8);
  block.out_time = std::chrono::microseconds(static_cast<std::int64_t>(seconds * speed * 1e6));
  return block;
}

// Blocks each 500 ms for `count` of them; the last one comes at start + count * 500 ms.
Rates fed(int count) {
  Rates rates(10s);
  for (int i = 1; i <= count; ++i) rates.on_progress(at(i * 0.5), start + i * 500ms);
  return rates;
}

TEST(Rates, NothingIsSaidBeforeHalfAWindow) {
  EXPECT_FALSE(Rates(10s).fps(start));
  EXPECT_FALSE(fed(10).fps(start + 5s));
  EXPECT_TRUE(fed(11).fps(start + 5'500ms));
}

TEST(Rates, FiguresAreOfTheWindow) {
  Rates rates = fed(100);
  for (int i = 1; i <= 20; ++i) {  // the last 10 s at half of everything
    Progress block = at(50 + i * 0.25);
    rates.on_progress(block, start + 50s + i * 500ms);
  }
  EXPECT_NEAR(*rates.fps(start + 60s), 12.5, 0.1);
  EXPECT_NEAR(*rates.bitrate_bps(start + 60s), 200'000, 1);
  EXPECT_NEAR(*rates.speed(start + 60s), 0.5, 1e-9);
}

TEST(Rates, AFigureReadBetweenTwoBlocksIsTheSame) {
  EXPECT_EQ(fed(40).speed(start + 20s), fed(40).speed(start + 20'499ms));
}

TEST(Rates, TheyFallToZeroWhileNoBlockComes) {
  const Rates rates = fed(40);
  double before = 1.01;
  for (auto now = start + 21s; now <= start + 31s; now += 1s) {
    const double speed = *rates.speed(now);
    EXPECT_LT(speed, before);
    before = speed;
  }
  EXPECT_EQ(rates.speed(start + 40s), 0);
}

TEST(Rates, ACounterThatStepsBackStartsTheWindowAnew) {
  Rates rates = fed(40);
  rates.on_progress(at(0), start + 20'500ms);
  EXPECT_FALSE(rates.fps(start + 20'500ms));
  for (int i = 1; i <= 12; ++i) rates.on_progress(at(i * 0.5), start + 20'500ms + i * 500ms);
  EXPECT_NEAR(*rates.speed(start + 26'500ms), 1, 1e-9);
}

TEST(Rates, WhatFFmpegDoesNotGiveHasNoRate) {
  Rates rates(10s);
  for (int i = 1; i <= 40; ++i) {
    Progress block = at(i * 0.5);
    block.frame.reset();
    block.total_size_bytes.reset();
    rates.on_progress(block, start + i * 500ms);
  }
  EXPECT_FALSE(rates.fps(start + 20s));
  EXPECT_FALSE(rates.bitrate_bps(start + 20s));
  EXPECT_NEAR(*rates.speed(start + 20s), 1, 1e-9);
}

TEST(Rates, AFigureThatBeginsLateHasItsOwnWindow) {
  Rates rates(10s);
  for (int i = 1; i <= 20; ++i) {
    Progress block = at(i * 0.5);
    if (i < 8) block.out_time.reset();
    rates.on_progress(block, start + i * 500ms);
  }
  EXPECT_NEAR(*rates.speed(start + 10s), 1, 1e-9);
}

TEST(Rates, BlocksFartherApartThanTheWindowStillGiveARate) {
  Rates rates(10s);
  for (int i = 1; i <= 3; ++i) rates.on_progress(at(i * 30.0), start + i * 30s);
  EXPECT_NEAR(*rates.fps(start + 90s), 25, 1e-9);
}

TEST(Rates, AThousandBlocksASecondGiveTheSameRate) {
  Rates rates(10s);
  for (int i = 1; i <= 60'000; ++i) rates.on_progress(at(i * 0.001), start + i * 1ms);
  EXPECT_NEAR(*rates.fps(start + 60s), 25, 0.2);
  EXPECT_NEAR(*rates.speed(start + 60s), 1, 1e-3);
}

TEST(Rates, ARebaseStartsTheWindowAnew) {
  Rates rates = fed(40);
  rates.rebase();
  EXPECT_FALSE(rates.fps(start + 20s));
}

TEST(Rates, ExtremeValuesDoNoHarm) {
  Rates rates(10s);
  Progress low, high;
  low.out_time = std::chrono::microseconds::min() + 2us;
  high.out_time = std::chrono::microseconds::max();
  low.frame = 0;
  high.frame = std::numeric_limits<std::int64_t>::max();
  rates.on_progress(low, start);
  rates.on_progress(high, start + 10s);
  EXPECT_TRUE(std::isfinite(*rates.speed(start + 10s)));
  EXPECT_TRUE(std::isfinite(*rates.fps(start + 10s)));
  rates.on_progress(high, start + 10s);
  EXPECT_TRUE(rates.speed(start + 10s));
}

}  // namespace
}  // namespace monitor
