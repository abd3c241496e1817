#include "monitor/detectors/bitrate.hpp"

#include <algorithm>
#include <cmath>
#include <functional>
#include <random>

#include <gtest/gtest.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr double usual_bps = 2'000'000;

// A stream in virtual time: a block each `period`, its counter moving in whole `step_bytes`.
class Stream {
 public:
  explicit Stream(BitrateDrop limit = {}, Duration stats_period = 500ms, double step_bytes = 1)
      : detector(limit), period(stats_period), step(step_bytes) {}

  // Plays `time` at `rate(seconds)` times the usual bitrate. Returns how many faults began.
  int play(Duration time, const std::function<double(double)>& rate) {
    int faults = 0;
    for (const Instant end = now + time; now < end;) {
      now += period;
      bytes += std::max(0.0, rate(seconds(now.time_since_epoch()))) * bps / 8 * seconds(period);
      block.total_size_bytes = 48 + static_cast<std::int64_t>(std::floor(bytes / step) * step);
      detector.on_progress(block, now);
      note(faults);
    }
    return faults;
  }
  int play(Duration time, double rate) {
    return play(time, [rate](double) { return rate; });
  }
  // How long this rate goes on until the fault; 1 h when there is none.
  Duration until_fault(double rate) {
    const Instant began = now;
    while (now - began < 1h && !detector.check(now)) play(period, rate);
    return now - began;
  }

  BitrateDetector detector;
  Duration period;
  double step;
  double bps = usual_bps;
  double bytes = 0;
  Instant now{};
  Progress block;

 private:
  void note(int& faults) {
    const bool is = detector.check(now).has_value();
    if (is && !was_) ++faults;
    was_ = is;
    // Never a deadline behind a check that found nothing: the caller's timer would spin.
    if (!is) {
      EXPECT_GT(detector.deadline(), now);
    }
  }
  bool was_ = false;
};

TEST(Bitrate, AStepToFortyPercentIsSeenWithinWindowAndHold) {
  for (const Duration healthy : {Duration(2min), Duration(10min), Duration(6h)}) {
    Stream stream;
    EXPECT_EQ(stream.play(healthy, 1.0), 0);
    EXPECT_LE(stream.until_fault(0.4), 22s) << seconds(healthy);
  }
}

TEST(Bitrate, TheFaultIsAWarningWithFigures) {
  Stream stream;
  stream.play(10min, 1.0);
  stream.play(30s, 0.25);
  const auto fault = stream.detector.check(stream.now);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->cause, Cause::bitrate_drop);
  EXPECT_FALSE(fault->off_air);
  EXPECT_EQ(fault->sentence,
            "Bitrate 500 kbit/s over the last 10 s, 25 % of the 2000 kbit/s it had in health, for "
            "23 s.");
}

TEST(Bitrate, ADropToNothingWhileBlocksComeIsADrop) {
  Stream stream;
  stream.play(5min, 1.0);
  EXPECT_LE(stream.until_fault(0.0), 18s);
}

TEST(Bitrate, ADropThatStaysAboveThePercentIsNone) {
  Stream stream;
  stream.play(10min, 1.0);
  EXPECT_EQ(stream.play(1h, 0.6), 0);
}

TEST(Bitrate, PercentIsHowFarItMustFall) {
  BitrateDrop strict;
  strict.percent = 20;
  Stream stream(strict);
  stream.play(10min, 1.0);
  EXPECT_LE(stream.until_fault(0.7), 22s);
}

TEST(Bitrate, TheLifetimeAverageDoesNotHideADrop) {
  Stream stream;
  stream.play(24h, 1.0);
  EXPECT_LE(stream.until_fault(0.4), 22s);
}

TEST(Bitrate, TheFaultEndsWhenTheRateReturnsAndTheNextDropIsSeenToo) {
  Stream stream;
  stream.play(10min, 1.0);
  for (int i = 0; i < 3; ++i) {
    EXPECT_LE(stream.until_fault(0.4), 22s);
    stream.play(2min, 0.4);
    EXPECT_TRUE(stream.detector.check(stream.now));
    stream.play(15s, 1.0);
    EXPECT_FALSE(stream.detector.check(stream.now));
    EXPECT_EQ(stream.play(3min, 1.0), 0);
  }
}

TEST(Bitrate, ADropDoesNotBecomeNormalWhileItLasts) {
  Stream stream;
  stream.play(10min, 1.0);
  EXPECT_EQ(stream.play(2h, 0.4), 1);
  EXPECT_TRUE(stream.detector.check(stream.now));
  EXPECT_GT(*stream.detector.baseline_bps(), 0.85 * usual_bps);
}

TEST(Bitrate, APermanentLevelBecomesNormalInHours) {
  Stream stream;
  stream.play(10min, 1.0);
  stream.play(12h, 0.4);
  EXPECT_FALSE(stream.detector.check(stream.now));
  EXPECT_LE(stream.until_fault(0.1), 22s);
}

TEST(Bitrate, SlowDecayIsMeasuredAgainstWhatTheStreamOnceWas) {
  for (const double noise : {0.0, 0.1, 0.3}) {
    std::mt19937_64 random(7);
    std::normal_distribution<double> normal(0, 1);
    Stream stream;
    stream.play(1h, [&](double) { return std::exp(noise * normal(random)); });
    const double began = seconds(stream.now.time_since_epoch());
    const auto level = [&](double at) { return std::pow(0.99, (at - began) / 60); };
    while (level(seconds(stream.now.time_since_epoch())) > 0.3 &&
           !stream.detector.check(stream.now)) {
      stream.play(500ms, [&](double at) { return level(at) * std::exp(noise * normal(random)); });
    }
    EXPECT_GE(level(seconds(stream.now.time_since_epoch())), 0.45) << noise;
    EXPECT_LE(level(seconds(stream.now.time_since_epoch())), 0.6) << noise;
  }
}

TEST(Bitrate, TheBaselineRisesWithTheStreamWithinMinutes) {
  Stream stream;
  stream.play(5min, 0.2);
  stream.play(15min, 1.0);
  EXPECT_GT(*stream.detector.baseline_bps(), 0.9 * usual_bps);
  EXPECT_LE(stream.until_fault(0.4), 22s);
}

TEST(Bitrate, StartUpIsNotTheMeasure) {
  for (const double burst : {0.0, 0.1, 3.0, 20.0}) {
    Stream stream;
    EXPECT_EQ(stream.play(9s, burst), 0);
    EXPECT_EQ(stream.play(1h, 1.0), 0) << burst;
    EXPECT_NEAR(*stream.detector.baseline_bps(), usual_bps, 0.02 * usual_bps) << burst;
  }
}

// x264 holds 40 frames back, 40 s of a slide show; only the header is counted until then.
TEST(Bitrate, AnEncoderThatFillsItsLookAheadIsStartUp) {
  Stream stream;
  stream.play(500ms, 0.01);
  stream.play(60s, 0.0);
  stream.play(500ms, 40.0);
  EXPECT_EQ(stream.play(1h, 1.0), 0);
  EXPECT_NEAR(*stream.detector.baseline_bps(), usual_bps, 0.02 * usual_bps);
}

TEST(Bitrate, WithoutASizeThereIsNoFault) {
  BitrateDetector detector{BitrateDrop{}};
  Progress block;
  for (int i = 0; i < 10'000; ++i) {
    block.frame = i;
    detector.on_progress(block, Instant{} + i * 500ms);
    ASSERT_FALSE(detector.check(Instant{} + i * 500ms));
  }
  EXPECT_EQ(detector.deadline(), never);
  EXPECT_FALSE(detector.baseline_bps());
}

TEST(Bitrate, SilenceIsNoDrop) {
  Stream stream;
  stream.play(10min, 1.0);
  EXPECT_EQ(stream.detector.deadline(), never);
  EXPECT_FALSE(stream.detector.check(stream.now + 1h));
}

TEST(Bitrate, SilenceInTheMiddleOfADipIsNoDrop) {
  Stream stream;
  stream.play(10min, 1.0);
  stream.play(9s, 0.1);  // below for about 3 s
  EXPECT_FALSE(stream.detector.check(stream.now));
  EXPECT_FALSE(stream.detector.check(stream.now + 1h));
}

TEST(Bitrate, SilenceDoesNotCountAsHeld) {
  Stream stream;
  stream.play(10min, 1.0);
  stream.play(9s, 0.1);  // below for about 3 s
  stream.now += 20s;
  EXPECT_EQ(stream.play(3s, 8.0), 0);  // what was held up comes
  EXPECT_EQ(stream.play(10min, 1.0), 0);
}

TEST(Bitrate, TheFaultBeginsAtTheDeadline) {
  Stream stream;
  stream.play(10min, 1.0);
  stream.play(15'500ms, 0.2);
  const Instant due = stream.detector.deadline();
  ASSERT_NE(due, never);
  EXPECT_FALSE(stream.detector.check(due - 1ns));
  EXPECT_TRUE(stream.detector.check(due));
}

TEST(Bitrate, AStopOfTheProcessIsNoDrop) {
  Stream stream;
  EXPECT_EQ(stream.play(10min, 1.0), 0);
  for (const Duration stopped : {Duration(5s), Duration(12s), Duration(60s)}) {
    stream.now += stopped;
    EXPECT_EQ(stream.play(5min, 1.05), 0) << seconds(stopped);
  }
}

TEST(Bitrate, TimeInWhichNothingRanCountsForNoFault) {
  Stream stream;
  stream.play(10min, 1.0);
  stream.play(14s, 0.2);
  stream.now += 1h;
  stream.detector.rebase();
  EXPECT_EQ(stream.detector.deadline(), never);
  EXPECT_EQ(stream.play(1h, 1.0), 0);
  EXPECT_LE(stream.until_fault(0.4), 22s);
}

TEST(Bitrate, ACounterThatStepsBackIsNoDrop) {
  Stream stream;
  stream.play(10min, 1.0);
  stream.bytes = 0;
  EXPECT_EQ(stream.play(10min, 1.0), 0);
}

// Files and pipes to disk move in 256 KiB: at 32 kbit/s each 65 s.
TEST(Bitrate, OutputInLargeStepsIsSteady) {
  for (const double kbps : {32.0, 64.0, 100.0, 128.0, 300.0, 416.0, 2600.0, 40'000.0}) {
    for (const Duration period : {Duration(500ms), Duration(1s)}) {
      Stream file({}, period, 262'144);
      file.bps = kbps * 1000;
      EXPECT_EQ(file.play(2h, 1.0), 0) << kbps;
      const Duration steps = std::chrono::milliseconds(static_cast<int>(262'144 * 8 / kbps));
      EXPECT_LE(file.until_fault(0.4), 25s + 4 * steps) << kbps;
    }
  }
}

TEST(Bitrate, LongStatsPeriodsAreMeasuredToo) {
  Stream stream({}, 8s);
  EXPECT_EQ(stream.play(2h, 1.0), 0);
  EXPECT_LE(stream.until_fault(0.4), 40s);
}

TEST(Bitrate, ShortWindowsWork) {
  BitrateDrop quick;
  quick.window = 3s;
  quick.hold = 2s;
  Stream stream(quick);
  EXPECT_EQ(stream.play(1h, 1.0), 0);
  EXPECT_LE(stream.until_fault(0.4), 7s);
}

// ---- variable bitrate: scenes of seconds, keyframes, noise of each block

struct Vbr {
  const char* name;
  double scene_spread;   // ln, of the scenes' rates
  double scene_seconds;  // on average
  double gop_seconds;    // a keyframe carries a third of its group's bits
};

class VbrRate {
 public:
  VbrRate(const Vbr& kind, unsigned seed) : kind_(kind), random_(seed) {}

  double operator()(double at) {
    if (at >= scene_end_) {
      scene_ = std::exp(kind_.scene_spread * std::normal_distribution<>(0, 1)(random_));
      scene_end_ = at + kind_.scene_seconds * std::uniform_real_distribution<>(0.1, 1.9)(random_);
    }
    const double noise = std::exp(std::normal_distribution<>(0, 0.15)(random_));
    const bool keyframe =
        std::floor(at / kind_.gop_seconds) > std::floor(before_ / kind_.gop_seconds);
    const double rate = scene_ * (0.7 * noise + (keyframe ? 0.3 * kind_.gop_seconds / 0.5 : 0));
    before_ = at;
    return rate;
  }

 private:
  Vbr kind_;
  std::mt19937_64 random_;
  double scene_ = 1, scene_end_ = 0, before_ = 0;
};

constexpr Vbr kinds[] = {
    {"constant bitrate, keyframe each 2 s", 0, 5, 2},
    {"constant bitrate, keyframe each 10 s", 0, 5, 10},
    {"average bitrate", 0.15, 5, 2},
    {"constrained quality", 0.4, 6, 2},      // scenes 2.2-fold up and down within two deviations
    {"constant quality", 0.6, 6, 2},         // 3.3-fold
    {"constant quality, wild", 0.7, 5, 10},  // 4-fold
};

TEST(Bitrate, VariableBitrateInHealthIsNeverAFault) {
  for (const Vbr& kind : kinds) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
      Stream stream;
      EXPECT_EQ(stream.play(3h, VbrRate(kind, seed)), 0) << kind.name << ", seed " << seed;
    }
  }
}

TEST(Bitrate, NearlyConstantBitrateIsWatchedAsCloselyAsConstant) {
  for (int kind = 0; kind < 3; ++kind) {
    for (unsigned seed = 1; seed <= 4; ++seed) {
      Stream stream;
      VbrRate rate(kinds[kind], seed);
      stream.play(1h, std::ref(rate));
      const Instant began = stream.now;
      while (!stream.detector.check(stream.now) && stream.now - began < 1h) {
        stream.play(500ms, [&](double at) { return 0.4 * rate(at); });
      }
      EXPECT_LE(stream.now - began, 30s) << kinds[kind].name << ", seed " << seed;
    }
  }
}

TEST(Bitrate, ADropBehindVariableScenesIsSeenInMinutes) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    Stream stream;
    VbrRate rate(kinds[3], seed);
    stream.play(3h, std::ref(rate));
    const Instant began = stream.now;
    while (!stream.detector.check(stream.now) && stream.now - began < 1h) {
      stream.play(500ms, [&](double at) { return 0.35 * rate(at); });
    }
    EXPECT_LE(stream.now - began, 5min) << "seed " << seed;
  }
}

}  // namespace
}  // namespace monitor
