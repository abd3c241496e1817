#include <cmath>
#include <cstdio>
#include <vector>

#include <gtest/gtest.h>

#include "monitor/forecast/theil_sen.hpp"
#include "monitor/forecast/trend_window.hpp"
#include "tests/monitor/simulated_streams.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

std::vector<TrendPoint> line(double slope, int count) {
  std::vector<TrendPoint> points;
  for (int i = 0; i < count; ++i) points.push_back({1.0 * i, 5 + slope * i});
  return points;
}

TEST(TheilSen, TheSlopeOfALineIsItsSlope) {
  EXPECT_DOUBLE_EQ(*theil_sen_slope(line(2.5, 20)), 2.5);
  EXPECT_DOUBLE_EQ(*theil_sen_slope(line(0, 20)), 0);
  EXPECT_DOUBLE_EQ(*theil_sen_slope(line(-3, 2)), -3);
}

TEST(TheilSen, AQuarterOfWildPointsDoesNotTurnTheLine) {
  auto points = line(1, 40);
  for (std::size_t i = 0; i < points.size(); i += 4) points[i].value = i % 8 == 0 ? 1e6 : -1e6;
  EXPECT_NEAR(*theil_sen_slope(points), 1, 0.5);
}

TEST(TheilSen, OnePointAndPointsOfOneMomentHaveNoSlope) {
  EXPECT_FALSE(theil_sen_slope({}));
  EXPECT_FALSE(theil_sen_slope(line(1, 1)));
  const std::vector<TrendPoint> moment{{7, 1}, {7, 2}, {7, 3}};
  EXPECT_FALSE(theil_sen_slope(moment));
}

TEST(MannKendall, ATrendIsSignificantAndItsSignIsItsDirection) {
  // 10 points: S = 45, variance 125; textbook: (45 - 1) / sqrt(125).
  EXPECT_NEAR(mann_kendall_z(line(1, 10)), 44 / std::sqrt(125.0), 1e-12);
  EXPECT_NEAR(mann_kendall_z(line(-1, 10)), -44 / std::sqrt(125.0), 1e-12);
}

TEST(MannKendall, WhatDoesNotChangeHasNoTrend) {
  EXPECT_EQ(mann_kendall_z(line(0, 64)), 0);
  EXPECT_EQ(mann_kendall_z({}), 0);
}

TEST(MannKendall, NoiseIsCalledATrendAsOftenAsTheLevelSays) {
  Chance chance(4);
  const int tries = 20'000;
  int found = 0;
  for (int i = 0; i < tries; ++i) {
    std::vector<TrendPoint> points = line(0, 24);
    for (TrendPoint& point : points) point.value = chance.normal();
    found += mann_kendall_z(points) >= significant_z;
  }
  std::printf("%d of %d, the level is 0.001\n", found, tries);
  EXPECT_LE(found, tries * 0.0016);
  EXPECT_GE(found, tries * 0.0003);
}

TEST(TrendWindow, IsFullSoonAndThenThinnedToItsSpan) {
  TrendWindow window(10s, 64 * 40s);
  Instant now{};
  const auto run = [&](Duration time) {
    for (const Instant end = now + time; now < end; now += 1s) window.add(1, now);
  };
  run(5min);
  EXPECT_GE(window.points().size(), 25U);
  for (int hour = 0; hour < 5; ++hour) {
    run(1h);
    EXPECT_LE(window.points().size(), TrendWindow::points_limit);
    EXPECT_GE(window.points().size(), 30U);
  }
  EXPECT_GE(window.points().back().at - window.points().front().at, 20 * 60);
  EXPECT_LE(seconds(now.time_since_epoch()) - window.points().front().at, 44 * 60);
}

TEST(TrendWindow, AfterAGapTheOldPointsAreGone) {
  TrendWindow window(10s, 10min);
  Instant now{};
  for (int i = 0; i < 300; ++i) window.add(100 + i, now += 1s);
  now += 1h;
  for (int i = 0; i < 30; ++i) window.add(1, now += 1s);
  for (const TrendPoint& point : window.points()) EXPECT_EQ(point.value, 1);
  EXPECT_GT(window.largest_before(), 300);
}

}  // namespace
}  // namespace monitor
