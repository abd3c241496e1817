#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "monitor/forecast/lag_forecast.hpp"
#include "tests/monitor/simulated_streams.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

const Instant launch = Instant{} + 1000h;

std::chrono::microseconds microseconds(double s) {
  return std::chrono::microseconds(std::llround(s * 1e6));
}

// The output's time in seconds, by the seconds since the launch.
LagForecast watched(const std::function<double(double)>& out_time, double life_s) {
  LagForecast forecast;
  for (double at = 0; at < life_s; at += 0.5) {
    forecast.on_progress(
        microseconds(out_time(at)),
        launch + std::chrono::duration_cast<Duration>(std::chrono::duration<double>(at)));
  }
  return forecast;
}

TEST(LagForecast, AnEncoderThatKeepsPaceHasNoLagAndAllTheTime) {
  Chance chance(1);
  const LagForecast forecast = watched([&](double at) { return at + 0.2 * chance.uniform(); },
                                       3600);  // blocks come between frames
  EXPECT_LT(seconds(*forecast.lag()), 0.5);
  EXPECT_NEAR(*forecast.growth(), 0, 0.001);
  EXPECT_FALSE(forecast.time_left(10s));
}

TEST(LagForecast, AnEncoderTooSlowLosesTheSourceWhenItsBufferIsUsedUp) {
  const LagForecast forecast = watched([](double at) { return 0.97 * at; }, 120);
  EXPECT_NEAR(seconds(*forecast.lag()), 0.03 * 120, 0.2);
  EXPECT_NEAR(*forecast.growth(), 0.03, 0.002);
  ASSERT_TRUE(forecast.time_left(10s));
  EXPECT_NEAR(seconds(*forecast.time_left(10s)), (10 - 0.03 * 120) / 0.03, 15);
}

TEST(LagForecast, WhatIsLostIsLost) {
  const LagForecast forecast = watched([](double at) { return 0.9 * at; }, 200);
  EXPECT_EQ(forecast.time_left(10s), Duration::zero());
}

TEST(LagForecast, ABurstAtTheStartIsWhereTheLiveEdgeIs) {
  const auto falls_back = [](double at) { return at < 1 ? 8 * at : 8 + 0.98 * (at - 1); };
  const LagForecast forecast = watched(falls_back, 300);
  EXPECT_NEAR(seconds(*forecast.lag()), 0.02 * 300, 0.3);
}

TEST(LagForecast, ASourceWithASlowClockIsNotLaggedBehindInAMonth) {
  const LagForecast forecast = watched([](double at) { return at * (1 - 100e-6); }, 30 * 86400.0);
  EXPECT_LT(seconds(*forecast.lag()), 0.1);
  EXPECT_FALSE(forecast.time_left(10s));
}

TEST(LagForecast, AStepOfTheOutputsTimeIsNoLag) {
  const auto steps = [](double at) { return at < 600 ? at : at < 1200 ? at - 500 : at + 5000; };
  const LagForecast forecast = watched(steps, 1800);
  EXPECT_LT(seconds(*forecast.lag()), 1.5);
  EXPECT_FALSE(forecast.time_left(10s));
}

TEST(LagForecast, ANetworkHiccupThatHealsIsAStepAndNoTrend) {
  const auto hiccup = [](double at) { return at < 600 ? at : at < 605 ? 600 : at - 5; };
  const LagForecast forecast = watched(hiccup, 3600);
  EXPECT_FALSE(forecast.time_left(10s));
}

TEST(LagForecast, NothingIsKnownBeforeTheSecondBlock) {
  LagForecast forecast;
  EXPECT_FALSE(forecast.lag());
  forecast.on_progress(5s, launch);
  EXPECT_FALSE(forecast.lag());
  EXPECT_FALSE(forecast.growth());
  EXPECT_FALSE(forecast.time_left(10s));
}

}  // namespace
}  // namespace monitor
