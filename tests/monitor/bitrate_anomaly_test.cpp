#include "monitor/anomalies/bitrate_anomaly.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "monitor/ffmpeg/progress.hpp"
#include "tests/monitor/capture.hpp"
#include "tests/monitor/onsets.hpp"
#include "tests/monitor/simulated_streams.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

const Instant launch = Instant{} + 1000h;

// Rate in kbit/s, by the seconds since the launch.
using Rate = std::function<double(double)>;

struct Told {
  int onsets = 0;
  std::optional<double> first_s;  // since `from`
  std::string sentence;
  bool at_the_end = false;
};

constexpr Duration step = 10s;

Told simulate(const Rate& rate, Duration life, Duration from = 0s) {
  BitrateAnomaly bitrate;
  Onsets onsets;
  Told told;
  double bytes = 0;
  for (Duration at = 0s; at < life; at += step) {
    bytes += 1000 / 8.0 * rate(seconds(at)) * seconds(step);
    bitrate.on_size(static_cast<std::int64_t>(bytes), launch + at);
    const auto& anomaly = bitrate.check();
    onsets.see(anomaly);
    told.at_the_end = anomaly.has_value();
    if (!anomaly || told.first_s) continue;
    told.first_s = seconds(at - from);
    told.sentence = anomaly->sentence;
  }
  told.onsets = onsets.count();
  return told;
}

Rate shifting(Chance& chance, double kbps, double times, Duration at, double noise) {
  return [&chance, kbps, times, at = seconds(at), noise](double s) {
    return kbps * (s < at ? 1 : times) * (1 + noise * chance.normal());
  };
}

TEST(BitrateAnomaly, AConstantRateThatShiftsByAFewPercentIsToldInMinutes) {
  for (const double times : {0.95, 1.05}) {
    Chance chance(1);
    const Told told = simulate(shifting(chance, 2500, times, 30h, 0.01), 31h, 30h);
    ASSERT_TRUE(told.first_s) << times;
    std::printf("a constant rate, times %.2f: told after %.0f min: %s\n", times, *told.first_s / 60,
                told.sentence.c_str());
    EXPECT_GT(*told.first_s, 0);
    EXPECT_LE(*told.first_s, 30 * 60);
    EXPECT_EQ(told.onsets, 1);
    EXPECT_NE(told.sentence.find("a median of 25"), std::string::npos) << told.sentence;
  }
}

TEST(BitrateAnomaly, AVariableRateThatFallsToAThirdIsTold) {
  Chance chance(2);
  CorrelatedNoise noise(0.97);
  const auto rate = [&](double s) {
    return (s < 30 * 3600 ? 2000 : 660) * std::exp(0.2 * noise.next(chance));
  };
  const Told told = simulate(rate, 32h, 30h);
  ASSERT_TRUE(told.first_s);
  std::printf("a variable rate, a third: told after %.0f min\n", *told.first_s / 60);
  EXPECT_GT(*told.first_s, 0);
  EXPECT_LE(*told.first_s, 3600);
}

TEST(BitrateAnomaly, ALevelThatStaysIsTheNewHistory) {
  Chance chance(3);
  const Told told = simulate(shifting(chance, 2500, 0.6, 30h, 0.01), 60h, 30h);
  EXPECT_EQ(told.onsets, 1);
  EXPECT_FALSE(told.at_the_end);
}

TEST(BitrateAnomaly, NothingIsSaidOnTheFirstDay) {
  Chance chance(4);
  EXPECT_EQ(simulate(shifting(chance, 2500, 0.5, 20h, 0.01), 24h).onsets, 0);
}

TEST(BitrateAnomaly, AShortDropIsNotItsMatter) {
  const auto rate = [](double s) { return s >= 108'000 && s < 108'060 ? 100.0 : 2500.0; };
  EXPECT_EQ(simulate(rate, 32h).onsets, 0);
}

TEST(BitrateAnomaly, ARateOfNothingAndOfNonsenseIsSurvived) {
  EXPECT_EQ(simulate([](double) { return 0; }, 32h).onsets, 0);
  BitrateAnomaly bitrate;
  for (int i = 0; i < 100'000; ++i) {
    bitrate.on_size(i % 2 == 0 ? INT64_MAX : INT64_MIN, launch + i * 3min);
  }
  EXPECT_FALSE(bitrate.check());
}

// 128 kbit/s that reach the disk in steps of 256 KiB: 7 or 8 of them in a stretch.
TEST(BitrateAnomaly, AFileWrittenInStepsHasASteadyRate) {
  const auto rate = [bytes = 0.0, written = 0.0](double) mutable {
    bytes += 16'000 * seconds(step);
    const double before = written;
    written = std::floor(bytes / 262'144) * 262'144;
    return (written - before) * 8 / 1000 / seconds(step);
  };
  EXPECT_EQ(simulate(rate, 72h).onsets, 0);
}

TEST(BitrateAnomaly, ALaunchKeepsTheHistoryAndItsBurstIsNotHeldAgainstIt) {
  BitrateAnomaly bitrate;
  Chance chance(5);
  std::int64_t bytes = 0;
  const auto run = [&](Instant from, double kbps, Duration life) {
    for (Duration at = 0s; at < life; at += step) {
      bytes += static_cast<std::int64_t>(1250 * kbps * (1 + 0.01 * chance.normal()));
      if (at < 30s) bytes += 10'000'000;
      bitrate.on_size(bytes, from + at);
    }
  };
  run(launch, 2500, 30h);
  for (int i = 0; i < 10; ++i) {
    bitrate.rebase();
    bytes = 0;
    run(launch + 30h + i * 20min, 2500, 20min);
    EXPECT_FALSE(bitrate.check());
  }
  bitrate.rebase();
  bytes = 0;
  run(launch + 40h, 2000, 30min);
  EXPECT_TRUE(bitrate.check());
  bitrate.rebase();
  EXPECT_FALSE(bitrate.check()) << "what was told was of the life before";
}

struct Kind {
  const char* name;
  std::function<Rate(Chance&)> make;
};

// `minutes`: after which the noise has forgotten two thirds.
std::function<Rate(Chance&)> remembering(double minutes, double deviation) {
  return [=](Chance& chance) -> Rate {
    return [&chance, deviation, noise = CorrelatedNoise(std::exp(-1 / (6 * minutes)))](
               double) mutable { return 2000 * std::exp(deviation * noise.next(chance)); };
  };
}

Rate by_the_hour(Chance& chance) {
  return [&chance](double s) {
    const bool talk = static_cast<long>(s / 3600) % 2 == 1;
    return (talk ? 64 : 160) * std::exp(0.1 * chance.normal());
  };
}

Rate by_day_and_night(Chance& chance) {
  return [&chance, noise = CorrelatedNoise(0.97)](double s) mutable {
    const bool night = std::fmod(s / 3600, 24) > 16;
    return (night ? 1200 : 2000) * std::exp(0.1 * noise.next(chance));
  };
}

Rate pauses_of_talk(Chance& chance) {
  return [&chance, left = 0](double) mutable {
    if (left == 0 && chance.comes(6, 10 / 3600.0)) {
      left = 1 + static_cast<int>(12 * chance.uniform());
    }
    left -= left > 0;
    return left > 0 ? 6.0 : 60 * std::exp(0.15 * chance.normal());
  };
}

Rate slides(Chance& chance) {
  return [&chance](double) { return chance.uniform() < 0.1 ? 900.0 : 30.0; };
}

// Documented in monitor/verdicts.md: less than one false alarm in 30 days of a stream.
TEST(BitrateAnomaly, HealthyStreamsAreNotTold) {
  const int days_each = days_to_simulate(60);
  const Kind kinds[] = {{"constant rate", remembering(0.1, 0.01)},
                        {"variable, scenes of a minute", remembering(1, 0.25)},
                        {"variable, scenes of ten minutes", remembering(10, 0.25)},
                        {"music and talk by the hour", by_the_hour},
                        {"by day and by night", by_day_and_night},
                        {"pauses of talk", pauses_of_talk},
                        {"slides of 1 fps", slides}};
  int told = 0;
  int days = 0;
  for (const Kind& kind : kinds) {
    Chance chance(5);
    const int of_kind = simulate(kind.make(chance), days_each * 24h).onsets;
    EXPECT_LE(of_kind, days_each / 30) << kind.name;
    std::printf("%-34s %d false alarms in %d days\n", kind.name, of_kind, days_each);
    told += of_kind;
    days += days_each;
  }
  std::printf("all: %d false alarms in %d days of streams\n", told, days);
  EXPECT_LT(told, days / 30);
}

struct Piece {
  double seconds;
  double bytes;
};

// How a recorded run grew from block to block, without its first and last one.
std::vector<Piece> pieces_of(const std::string& capture) {
  std::vector<Piece> pieces;
  std::optional<Piece> before;
  ProgressParser parser;
  for (const captures::Line& line : captures::progress_of(capture)) {
    if (line.gap) break;
    for (const Progress& block : parser.feed(line.text + "\n")) {
      if (!block.total_size_bytes || block.end) continue;
      const Piece size{seconds(line.at - Instant{}), static_cast<double>(*block.total_size_bytes)};
      if (before) pieces.push_back({size.seconds - before->seconds, size.bytes - before->bytes});
      before = size;
    }
  }
  if (!pieces.empty()) pieces.erase(pieces.begin());
  return pieces;
}

// Days made of a run of seconds (the moving block bootstrap, Künsch 1989): stretches of 5 blocks
// drawn from it by chance, one after the other.
int false_alarms(const std::vector<Piece>& pieces, int days, unsigned seed) {
  constexpr std::size_t drawn = 5;
  Chance chance(seed);
  BitrateAnomaly bitrate;
  Onsets onsets;
  double at = 0;
  double bytes = 0;
  while (at < days * 86400.0) {
    const auto first =
        static_cast<std::size_t>(chance.uniform() * static_cast<double>(pieces.size() - drawn + 1));
    for (std::size_t i = first; i < first + drawn; ++i) {
      at += pieces[i].seconds;
      bytes += pieces[i].bytes;
      bitrate.on_size(static_cast<std::int64_t>(bytes),
                      launch + std::chrono::microseconds(static_cast<std::int64_t>(1e6 * at)));
      onsets.see(bitrate.check());
    }
  }
  return onsets.count();
}

// It shows what the grain of real muxers and encoders does; nothing of how programmes change.
TEST(BitrateAnomaly, DaysMadeOfRecordedHealthyRunsAreNotTold) {
  const int days_each = days_to_simulate(14);
  constexpr std::size_t least_pieces = 6;
  int told = 0;
  int days = 0;
  int runs = 0;
  double recorded = 0;
  for (const std::string& name : captures::names()) {
    const bool is_healthy = name.starts_with("a_normal") || name.starts_with("b_audio") ||
                            name.starts_with("c_stream_copy");
    if (!is_healthy) continue;
    const std::vector<Piece> pieces = pieces_of(name);
    ASSERT_GE(pieces.size(), least_pieces) << name;
    for (const Piece& piece : pieces) recorded += piece.seconds;
    const int of_run = false_alarms(pieces, days_each, 6);
    EXPECT_LE(of_run, std::max(1, days_each / 30)) << name;
    told += of_run;
    days += days_each;
    ++runs;
  }
  ASSERT_GT(runs, 0);
  std::printf("%d recorded runs, %.0f s of them: %d false alarms in %d days made of them\n", runs,
              recorded, told, days);
  EXPECT_LT(told, days / 30.0);
}

}  // namespace
}  // namespace monitor
