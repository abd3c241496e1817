#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include "monitor/forecast/memory_forecast.hpp"
#include "tests/monitor/simulated_streams.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr double mib = 1024 * 1024;
const Instant launch = Instant{} + 1000h;

// Resident set in MiB, by the seconds since the launch.
using Memory = std::function<double(double)>;

struct Outcome {
  int warnings = 0;  // begun
  std::optional<double> first_s;
  double warned_s = 0;  // in all
  std::optional<Fault> first;
};

Outcome simulate(const Memory& memory, double limit_mib, Duration life, Duration horizon = 1h,
                 Duration every = 10s) {
  MemoryForecast forecast(launch, horizon);
  Outcome outcome;
  bool warned = false;
  for (Duration at = 0s; at < life; at += every) {
    forecast.on_sample(static_cast<std::int64_t>(memory(seconds(at)) * mib),
                       static_cast<std::uint64_t>(limit_mib * mib), launch + at);
    const auto fault = forecast.check();
    if (fault) outcome.warned_s += seconds(every);
    if (fault && !warned) {
      ++outcome.warnings;
      if (!outcome.first) {
        outcome.first_s = seconds(at);
        outcome.first = fault;
      }
    }
    warned = fault.has_value();
  }
  return outcome;
}

TEST(MemoryForecast, ALeakIsToldWithItsFiguresLongBeforeTheLimit) {
  Chance chance(1);
  CorrelatedNoise noise(0.9);
  const auto leak = [&](double s) { return 200 + s / 60 * 40 + 3 * noise.next(chance); };
  const Outcome outcome = simulate(leak, 2048, 40min);
  ASSERT_TRUE(outcome.first);
  EXPECT_LE(*outcome.first_s, 11 * 60);
  EXPECT_EQ(outcome.warnings, 1);
  EXPECT_EQ(outcome.first->cause, Cause::memory_high);
  EXPECT_FALSE(outcome.first->off_air);
  double growth = 0;
  double now = 0;
  double limit = 0;
  double left = 0;
  ASSERT_EQ(std::sscanf(outcome.first->sentence.c_str(),
                        "Memory grows by %lf MiB/min; %lf MiB of %lf MiB now; the limit is reached "
                        "in about %lf min.",
                        &growth, &now, &limit, &left),
            4)
      << outcome.first->sentence;
  EXPECT_NEAR(growth, 40, 3);
  EXPECT_NEAR(now, 200 + *outcome.first_s / 60 * 40, 15);
  EXPECT_EQ(limit, 2048);
  EXPECT_NEAR(left, (limit - now) / 40, 5);
}

TEST(MemoryForecast, ASlowLeakIsToldWithinTheHorizonThatIsAskedFor) {
  Chance chance(2);
  CorrelatedNoise noise(0.9);
  const auto leak = [&](double s) { return 640 + s / 60 * 1.2 + 2 * noise.next(chance); };
  EXPECT_FALSE(simulate(leak, 2048, 4h).first);
  const Outcome outcome = simulate(leak, 2048, 4h, 24h);
  ASSERT_TRUE(outcome.first);
  EXPECT_LE(*outcome.first_s, 2 * 3600);
  EXPECT_NE(outcome.first->sentence.find(" h."), std::string::npos) << outcome.first->sentence;
}

TEST(MemoryForecast, TheHourBeforeTheLimitIsToldOfALeakOfDays) {
  Chance chance(3);
  CorrelatedNoise noise(0.9);
  const double limit_at_s = 30 * 3600;
  const auto leak = [&](double s) {
    return 400 + (2048 - 400) * s / limit_at_s + noise.next(chance);
  };
  const Outcome outcome = simulate(leak, 2048, 30h);
  ASSERT_TRUE(outcome.first);
  EXPECT_NEAR((limit_at_s - *outcome.first_s) / 3600, 1, 0.35);
  EXPECT_LE(outcome.warnings, 3);
}

TEST(MemoryForecast, NothingIsSaidInTheFirstTenMinutes) {
  const auto leak = [](double s) { return 200 + s; };
  EXPECT_FALSE(simulate(leak, 900, 10min).first);
}

TEST(MemoryForecast, GrowthThatEndedIsNoLongerWarnedOf) {
  const auto leak = [](double s) { return 200 + std::min(s, 1800.0); };
  const Outcome outcome = simulate(leak, 4096, 6h);
  EXPECT_EQ(outcome.warnings, 1);
  EXPECT_LT(outcome.warned_s, 3600);
}

TEST(MemoryForecast, ShrinkingMemoryMeetsNoLimit) {
  EXPECT_FALSE(simulate([](double s) { return 1900 - s / 100; }, 2048, 10h).first);
}

// Documented: less than one false warning in 30 days of a healthy stream that stands at 90 % of its
// limit, whatever its memory does of the following. (1 in 210 days, measured over three seeds.)
TEST(MemoryForecast, HealthyStreamsAreNotWarnedOf) {
  struct Kind {
    const char* name;
    std::function<Memory(Chance&)> make;
  };
  const Kind kinds[] = {
      {"noise",
       [](Chance& chance) -> Memory {
         return [&chance, noise = CorrelatedNoise(0.5)](double) mutable {
           return 900 + 15 * noise.next(chance);
         };
       }},
      {"noise that remembers an hour",
       [](Chance& chance) -> Memory {
         return [&chance, noise = CorrelatedNoise(std::exp(-10.0 / 3600))](double) mutable {
           return 900 + 15 * noise.next(chance);
         };
       }},
      {"noise that remembers ten minutes",
       [](Chance& chance) -> Memory {
         return [&chance, noise = CorrelatedNoise(std::exp(-10.0 / 600))](double) mutable {
           return 900 + 15 * noise.next(chance);
         };
       }},
      {"steps",
       [](Chance& chance) -> Memory {
         return [&chance, level = 900.0](double) mutable {
           if (chance.comes(4, 10.0 / 3600)) level = 900 + 60 * (chance.uniform() - 0.5);
           return level + 2 * chance.normal();
         };
       }},
      {"sawtooth of 7 min",
       [](Chance& chance) -> Memory {
         return
             [&chance](double s) { return 850 + 60 * std::fmod(s, 420) / 420 + chance.normal(); };
       }},
      {"sawtooth of 3 h",
       [](Chance& chance) -> Memory {
         return [&chance](double s) {
           return 850 + 60 * std::fmod(s, 10800) / 10800 + chance.normal();
         };
       }},
      {"warm-up of 15 min",
       [](Chance& chance) -> Memory {
         return [&chance](double s) {
           return 900 - 600 * std::exp(-std::fmod(s, 86400) / 300) + 4 * chance.normal();
         };
       }},
  };
  int warnings = 0;
  int days = 0;
  for (const Kind& kind : kinds) {
    Chance chance(1);
    const int of_kind = simulate(kind.make(chance), 1000, 10 * 24h).warnings;
    std::printf("%-34s %d false warnings in 10 days\n", kind.name, of_kind);
    warnings += of_kind;
    days += 10;
  }
  std::printf("all: %d false warnings in %d days of streams\n", warnings, days);
  EXPECT_LT(warnings, days / 30);
}

TEST(MemoryForecast, TheCeilingIsWhicheverIsMetFirst) {
  HostSample host;
  const auto rss = static_cast<std::int64_t>(300 * mib);
  EXPECT_EQ(memory_ceiling(rss, 2048, host), static_cast<std::uint64_t>(2048 * mib));
  host.memory_limit_bytes = static_cast<std::uint64_t>(1000 * mib);
  host.memory_used_bytes = static_cast<std::uint64_t>(500 * mib);  // 200 of others
  EXPECT_EQ(memory_ceiling(rss, 2048, host), static_cast<std::uint64_t>(800 * mib));
  host.memory_used_bytes = static_cast<std::uint64_t>(1100 * mib);
  EXPECT_EQ(memory_ceiling(rss, 2048, host), static_cast<std::uint64_t>(rss));
}

}  // namespace
}  // namespace monitor
