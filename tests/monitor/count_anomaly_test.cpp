#include "monitor/anomalies/count_anomaly.hpp"

#include <cstdio>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "tests/monitor/onsets.hpp"
#include "tests/monitor/simulated_streams.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

const Instant launch = Instant{} + 1000h;

TEST(CountAnomaly, RestartsFarMoreOftenThanEverAreToldWithTheirFigures) {
  CountAnomaly restarts("Restarts");
  for (int day = 0; day < 7; ++day) restarts.on_event(launch + day * 24h);
  const Instant now = launch + 7 * 24h + 5h;
  EXPECT_FALSE(restarts.check(now));
  for (int i = 0; i < 4; ++i) restarts.on_event(now + i * 5min);
  const auto anomaly = restarts.check(now + 16min);
  ASSERT_TRUE(anomaly);
  EXPECT_GE(anomaly->score, 1);
  EXPECT_EQ(anomaly->sentence,
            "Restarts in 4 minutes of the last 1 h; in 7 minutes of the 172 h before.");
  EXPECT_FALSE(restarts.check(now + 2h)) << "the hour is over";
}

TEST(CountAnomaly, RestartsThatCameOnceAWeekAndComeEveryThreeHoursAreToldWithinADay) {
  CountAnomaly restarts("Restarts");
  EXPECT_FALSE(restarts.check(launch));
  restarts.on_event(launch + 50h);
  const Instant since = launch + 7 * 24h;
  std::optional<Duration> told;
  for (Duration at = 0h; at < 24h && !told; at += 3h) {
    restarts.on_event(since + at);
    if (restarts.check(since + at)) told = at;
  }
  ASSERT_TRUE(told);
  EXPECT_GE(*told, 12h) << "a handful may be chance";
  EXPECT_FALSE(restarts.check(since + 72h)) << "they came no more";
}

TEST(CountAnomaly, TwoEventsMoreAreNoAnomaly) {
  CountAnomaly restarts("Restarts");
  for (int day = 0; day < 7; ++day) restarts.on_event(launch + day * 24h);
  restarts.on_event(launch + 8 * 24h);
  restarts.on_event(launch + 8 * 24h + 1min);
  EXPECT_FALSE(restarts.check(launch + 8 * 24h + 2min));
}

TEST(CountAnomaly, AnHourAsBadAsOneBeforeIsNothingNew) {
  CountAnomaly errors("Errors");
  EXPECT_FALSE(errors.check(launch));
  for (const Duration storm : {Duration(3h), Duration(100h)}) {
    for (int i = 0; i < 20; ++i) errors.on_event(launch + storm + i * 1min);
    EXPECT_EQ(errors.check(launch + storm + 21min).has_value(), storm == Duration(3h));
  }
}

TEST(CountAnomaly, AFloodInOneMinuteIsOneBusyMinute) {
  CountAnomaly errors("Errors");
  errors.on_event(launch);
  for (int i = 0; i < 100'000; ++i) errors.on_event(launch + 50h + 1us * i);
  EXPECT_FALSE(errors.check(launch + 50h + 2s));
}

TEST(CountAnomaly, NothingIsSaidInTheFirstTwoHours) {
  CountAnomaly restarts("Restarts");
  for (int i = 0; i < 59; ++i) {
    restarts.on_event(launch + i * 2min);
    EXPECT_FALSE(restarts.check(launch + i * 2min));
  }
}

TEST(CountAnomaly, AfterALongGapTheHistoryIsQuiet) {
  CountAnomaly restarts("Restarts");
  for (int i = 0; i < 30; ++i) restarts.on_event(launch + i * 2min);
  EXPECT_FALSE(restarts.check(launch + 10000h));
  for (int i = 0; i < 5; ++i) restarts.on_event(launch + 10000h + i * 2min);
  EXPECT_TRUE(restarts.check(launch + 10000h + 11min));
}

TEST(CountAnomaly, TimeInWhichNothingCouldHappenIsNoHistory) {
  CountAnomaly restarts("Restarts");
  EXPECT_FALSE(restarts.check(launch));
  restarts.leave_out(1000h);
  for (int i = 0; i < 10; ++i) restarts.on_event(launch + 1000h + i * 5min);
  EXPECT_FALSE(restarts.check(launch + 1000h + 50min));
}

// A healthy history: bursts of events, geometric in their length.
struct Kind {
  const char* name;
  double bursts_an_hour;
  double minutes_a_burst;
  double told_together;
};
constexpr Kind kinds[] = {{"a restart a month", 1 / 720.0, 1, 1},
                          {"a restart a day", 1 / 24.0, 1, 1},
                          {"an error an hour", 1, 1, 4},
                          {"an error in three minutes", 20, 1, 4},
                          {"bursts of 3 min, 4 a day", 1 / 6.0, 3, 4},
                          {"bursts of 3 min, 1 an hour", 1, 3, 4}};

class Bursts {
 public:
  explicit Bursts(const Kind& kind) : kind_(kind) {}
  bool next(Chance& chance, double times_as_often = 1) {
    goes_on_ = (goes_on_ && chance.uniform() > 1 / kind_.minutes_a_burst) ||
               chance.comes(times_as_often * kind_.bursts_an_hour, 1 / 60.0);
    return goes_on_;
  }

 private:
  Kind kind_;
  bool goes_on_ = false;
};

int false_alarms(const Kind& kind, int days, unsigned seed) {
  Chance chance(seed);
  CountAnomaly events(kind.name, kind.told_together);
  Bursts bursts(kind);
  Onsets onsets;
  for (Duration at = 0min; at < days * 24h; at += 1min) {
    if (bursts.next(chance)) events.on_event(launch + at);
    onsets.see(events.check(launch + at));
  }
  return onsets.count();
}

// Documented in monitor/verdicts.md: less than one false alarm in 90 days of a stream.
TEST(CountAnomaly, HealthyHistoriesAreNotTold) {
  const int days_each = days_to_simulate(180);
  int told = 0;
  int days = 0;
  for (const Kind& kind : kinds) {
    const int of_kind = false_alarms(kind, days_each, 7);
    EXPECT_LE(of_kind, days_each / 90) << kind.name;
    std::printf("%-28s %d false alarms in %d days\n", kind.name, of_kind, days_each);
    told += of_kind;
    days += days_each;
  }
  std::printf("all: %d false alarms in %d days of streams\n", told, days);
  EXPECT_LT(told, days / 90);
}

// Hours until errors that come `times` as often as in the week before are told; empty: not within
// two days.
std::optional<double> hours_until_told(const Kind& kind, double times, unsigned seed) {
  constexpr Duration week = 7 * 24h;
  Chance chance(seed);
  CountAnomaly errors("Errors", kind.told_together);
  Bursts bursts(kind);
  for (Duration at = 0h; at < week + 48h; at += 1min) {
    if (bursts.next(chance, at < week ? 1 : times)) errors.on_event(launch + at);
    if (at >= week && errors.check(launch + at)) return seconds(at - week) / 3600;
  }
  return {};
}

TEST(CountAnomaly, ErrorsManyTimesAsOftenAreToldWithinTheHour) {
  constexpr unsigned tries = 20;
  const Kind rare{"one an hour", 1, 1, 4};
  const Kind frequent{"twelve an hour", 12, 1, 4};
  for (const auto& [kind, times] : {std::pair{rare, 2.0},
                                    {rare, 5.0},
                                    {rare, 10.0},
                                    {rare, 40.0},
                                    {frequent, 2.0},
                                    {frequent, 4.0}}) {
    unsigned told = 0;
    double hours = 0;
    for (unsigned seed = 0; seed < tries; ++seed) {
      const auto after = hours_until_told(kind, times, seed);
      told += after.has_value();
      hours += after.value_or(0);
    }
    std::printf("errors %2.0f times as often as %s: told in %u of %u, after %.1f h\n", times,
                kind.name, told, tries, told > 0 ? hours / told : 0);
    if (times < 40) continue;
    EXPECT_EQ(told, tries);
    EXPECT_LE(hours / tries, 1);
  }
}

}  // namespace
}  // namespace monitor
