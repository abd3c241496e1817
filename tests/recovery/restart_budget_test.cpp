#include "recovery/restart_budget.hpp"

#include <vector>

#include <gtest/gtest.h>

namespace recovery {
namespace {

constexpr Instant start = Instant{} + 1000h;

Policy steady() {
  Policy policy;
  policy.restart_delay.jitter = 0;
  return policy;
}

// A stream that dies the moment it is launched: when its launches fall.
std::vector<Instant> launches_of_a_crash_loop(const Policy& policy, std::uint64_t seed,
                                              std::size_t count) {
  RestartBudget budget(policy, seed);
  Instant now = start;
  std::vector<Instant> launches{now};
  budget.on_launch(now);
  while (launches.size() < count) {
    now += budget.spend(now).delay;
    budget.on_launch(now);
    launches.push_back(now);
  }
  return launches;
}

std::size_t most_in_a_window(const std::vector<Instant>& launches, Duration window) {
  std::size_t most = 0;
  for (std::size_t first = 0; first < launches.size(); ++first) {
    std::size_t held = 0;
    for (std::size_t i = first; i < launches.size() && launches[i] < launches[first] + window;
         ++i) {
      ++held;
    }
    most = std::max(most, held);
  }
  return most;
}

TEST(RestartBudget, TheFirstRestartComesAtOnce) {
  RestartBudget budget(Policy{}, 1);
  budget.on_launch(start);
  const auto grant = budget.spend(start + 2min);
  EXPECT_EQ(grant.delay, 0s);
  EXPECT_EQ(grant.attempt, 1U);
  EXPECT_FALSE(grant.exhausted);
}

TEST(RestartBudget, DelaysGrowByStepAndMultiplier) {
  Policy policy = steady();
  policy.max_restart_attempts = 6;
  RestartBudget budget(policy, 1);
  budget.on_launch(start);
  for (const Duration expected :
       {Duration(0s), Duration(1s), Duration(2s), Duration(4s), Duration(8s), Duration(16s)}) {
    EXPECT_EQ(budget.spend(start).delay, expected);
  }
}

TEST(RestartBudget, TheInitialDelayIsTheFirstOnly) {
  Policy policy = steady();
  policy.restart_delay.initial = 3s;
  RestartBudget budget(policy, 1);
  budget.on_launch(start);
  EXPECT_EQ(budget.spend(start).delay, 3s);
  EXPECT_EQ(budget.spend(start).delay, 1s);
}

TEST(RestartBudget, NoDelayIsLongerThanTheCooldown) {
  Policy policy;
  policy.max_restart_attempts = 2000;
  policy.restart_delay.multiplier = 10;
  policy.restart_delay.jitter = 0.5;
  RestartBudget budget(policy, 1);
  budget.on_launch(start);
  for (int i = 0; i < 1500; ++i) {
    const auto grant = budget.spend(start);
    ASSERT_GE(grant.delay, 0s);
    ASSERT_LE(grant.delay, policy.restart_cooldown);
  }
}

TEST(RestartBudget, WithoutAStepNoAttemptIsDelayedHoweverManyThereWere) {
  Policy policy;
  policy.max_restart_attempts = 1000;
  policy.restart_delay.step = 0s;
  policy.restart_delay.multiplier = 10;
  RestartBudget budget(policy, 1);
  budget.on_launch(start);
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(budget.spend(start).delay, 0s) << "attempt " << i + 1;
}

TEST(RestartBudget, JitterStaysWithinItsShareAndDiffersBySeed) {
  bool differs = false;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    RestartBudget budget(Policy{}, seed);
    budget.on_launch(start);
    budget.spend(start);
    const Duration delay = budget.spend(start).delay;
    ASSERT_GE(delay, 900ms);
    ASSERT_LE(delay, 1100ms);
    differs = differs || delay < 950ms || delay > 1050ms;
  }
  EXPECT_TRUE(differs);
}

TEST(RestartBudget, TheSameSeedGivesTheSameDelays) {
  EXPECT_EQ(launches_of_a_crash_loop(Policy{}, 7, 20), launches_of_a_crash_loop(Policy{}, 7, 20));
}

TEST(RestartBudget, AfterTheQuickOnesThereIsOneLaunchEachCooldown) {
  RestartBudget budget(steady(), 1);
  budget.on_launch(start);
  for (int i = 0; i < 3; ++i) EXPECT_FALSE(budget.spend(start).exhausted);
  budget.on_launch(start + 3s);
  const auto grant = budget.spend(start + 13s);
  EXPECT_TRUE(grant.exhausted);
  EXPECT_EQ(grant.attempt, 4U);
  EXPECT_EQ(grant.delay, 50s) << "counted from launch to launch, not from the death";
}

TEST(RestartBudget, AChildThatOutlivedTheCooldownIsFollowedAtOnceEvenWhenExhausted) {
  RestartBudget budget(steady(), 1);
  budget.on_launch(start);
  for (int i = 0; i < 3; ++i) budget.spend(start);
  EXPECT_EQ(budget.spend(start + 5min).delay, 0s);
}

TEST(RestartBudget, NoWindowHoldsMoreThanTheAttemptsAndOne) {
  for (unsigned attempts : {0U, 1U, 3U, 10U}) {
    Policy policy;
    policy.max_restart_attempts = attempts;
    policy.restart_delay.jitter = 0.9;
    for (std::uint64_t seed = 1; seed <= 50; ++seed) {
      const auto launches = launches_of_a_crash_loop(policy, seed, 60);
      ASSERT_LE(most_in_a_window(launches, policy.restart_cooldown), attempts + 1);
    }
  }
}

TEST(RestartBudget, WithoutAttemptsEveryRestartWaitsForTheCooldown) {
  Policy policy;
  policy.max_restart_attempts = 0;
  RestartBudget budget(policy, 1);
  budget.on_launch(start);
  const auto grant = budget.spend(start + 10s);
  EXPECT_TRUE(grant.exhausted);
  EXPECT_EQ(grant.delay, 50s);
}

TEST(RestartBudget, HealthForgetsThePast) {
  RestartBudget budget(steady(), 1);
  budget.on_launch(start);
  for (int i = 0; i < 5; ++i) budget.spend(start);
  budget.on_healthy();
  EXPECT_EQ(budget.attempts(), 0U);
  const auto grant = budget.spend(start + 10min);
  EXPECT_EQ(grant.attempt, 1U);
  EXPECT_EQ(grant.delay, 0s);
  EXPECT_FALSE(grant.exhausted);
}

TEST(RestartBudget, NeverStopsGranting) {
  const auto launches = launches_of_a_crash_loop(Policy{}, 1, 5000);
  EXPECT_GT(launches.back(), start + 4900min);
}

}  // namespace
}  // namespace recovery
