#include "recovery/anomaly_watch.hpp"

#include <cmath>
#include <cstdio>

#include <gtest/gtest.h>

#include "recovery/stream_recorder.hpp"
#include "tests/monitor/simulated_streams.hpp"
#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

// The recorder beside a core, as the driver has it, and a child that is fed by hand.
class AnomalyWatchTest : public testing::Test {
 protected:
  void send(const Event& event) {
    const Step step = stand.send(event);
    recorder.record(event, step, stand.core.status(), stand.now, {});
    for (AnomalyChange& change : recorder.take_anomaly_changes()) changes.push_back(change);
    for (const Launch& launch : launches(step)) launched(launch);
  }
  void launched(const Launch& launch) {
    bytes = 0;
    media = {};
    send(Launched{launch.generation, Stand::pid_of(launch.generation)});
  }
  void block() {
    monitor::Progress progress;
    progress.total_size_bytes = static_cast<std::int64_t>(bytes);
    progress.out_time = std::chrono::duration_cast<std::chrono::microseconds>(media);
    send(ProgressSeen{stand.generation(), progress});
  }
  // Time goes on, with a block each 10 s while a child runs.
  void run(Duration span, double kbps = 2500, double noise = 0.01) {
    for (const Instant until = stand.now + span; stand.now < until;) {
      pass(10s);
      if (!stand.core.status().pid) continue;
      media += 10s;
      bytes += 1250 * kbps * (1 + noise * chance.normal());
      block();
    }
  }
  void pass(Duration span) {
    const Instant until = stand.now + span;
    while (stand.core.next_deadline() <= until) {
      stand.now = std::max(stand.now, stand.core.next_deadline());
      send(Tick{});
    }
    stand.now = until;
  }
  void crash() { send(Exited{stand.generation(), by_signal(11)}); }
  void complain() {
    const monitor::Sign sign{monitor::Cause::source_corrupt, true, 10};
    send(SignSeen{stand.generation(), sign, "Header missing"});
  }
  void start() {
    send(StartRequested{});
    run(10s);
  }
  void stop() {
    send(StopRequested{});
    send(Exited{stand.generation(), code(255)});
    ASSERT_EQ(stand.state(), State::stopped);
  }

  const std::optional<monitor::Anomaly>& told(AnomalyKind kind) const {
    return recorder.anomalies().present()[static_cast<std::size_t>(kind)];
  }
  bool is_anything_told() const {
    return told(AnomalyKind::restarts) || told(AnomalyKind::errors) || told(AnomalyKind::bitrate);
  }

  Stand stand;
  StreamRecorder recorder{"radio", 10};
  std::vector<AnomalyChange> changes;
  monitor::Chance chance{1};
  double bytes = 0;
  Duration media{};
};

TEST_F(AnomalyWatchTest, CrashesAfterAQuietWeekAreToldOnceAndAreOverOnce) {
  start();
  run(7 * 24h);
  for (int i = 0; i < 6; ++i) {
    crash();
    run(8min);
  }
  ASSERT_TRUE(told(AnomalyKind::restarts));
  EXPECT_TRUE(
      told(AnomalyKind::restarts)->sentence.starts_with("Restarts in 6 minutes of the last 1 h"));
  ASSERT_EQ(changes.size(), 1U);
  EXPECT_EQ(changes[0].kind, AnomalyKind::restarts);
  EXPECT_FALSE(changes[0].is_over);
  run(3h);
  EXPECT_FALSE(is_anything_told());
  ASSERT_EQ(changes.size(), 2U);
  EXPECT_EQ(changes[1].kind, AnomalyKind::restarts);
  EXPECT_TRUE(changes[1].is_over);
}

TEST_F(AnomalyWatchTest, RestartsThatWereAskedForAreNone) {
  start();
  run(7 * 24h);
  for (int i = 0; i < 20; ++i) {
    send(RestartRequested{});
    send(Exited{stand.generation(), code(255)});
    run(3min);
  }
  EXPECT_EQ(recorder.totals().restarts, 20U);
  EXPECT_TRUE(changes.empty());
}

TEST_F(AnomalyWatchTest, AStartOfWhatRunsDoesNotMakeTheNextCrashAskedFor) {
  start();
  run(2h);
  send(StartRequested{});
  crash();
  run(1min);
  EXPECT_EQ(recorder.totals().restarts, 1U);
  EXPECT_EQ(recorder.totals().restarts_on_purpose, 0U);
}

TEST_F(AnomalyWatchTest, RestartsForAReloadAreNone) {
  start();
  run(7 * 24h);
  for (int i = 0; i < 20; ++i) {
    send(Reconfigured{.setup = {}, .primary_changed = true});
    send(Exited{stand.generation(), code(255)});
    run(3min);
  }
  EXPECT_EQ(recorder.totals().restarts, 20U);
  EXPECT_TRUE(changes.empty());
}

TEST_F(AnomalyWatchTest, ErrorLinesInEveryMinuteAreTold) {
  start();
  run(48h);
  for (int i = 0; i < 30; ++i) {
    complain();
    run(1min);
  }
  EXPECT_TRUE(told(AnomalyKind::errors));
  EXPECT_FALSE(told(AnomalyKind::restarts));
}

TEST_F(AnomalyWatchTest, WhatFfmpegSaysWhileItIsStoppedIsNoError) {
  start();
  run(48h);
  send(StopRequested{});
  for (int i = 0; i < 30; ++i) {
    complain();
    stand.now += 1min;
  }
  EXPECT_TRUE(changes.empty());
}

TEST_F(AnomalyWatchTest, ABitrateThatShiftsIsToldAndALaunchThatMendsItEndsIt) {
  start();
  run(26h);
  run(30min, 2300);
  ASSERT_TRUE(told(AnomalyKind::bitrate));
  EXPECT_NE(told(AnomalyKind::bitrate)->sentence.find("a median of 2500"), std::string::npos);
  crash();
  run(20min);
  EXPECT_FALSE(is_anything_told());
  EXPECT_EQ(changes.size(), 2U);
}

TEST_F(AnomalyWatchTest, AStoppedStreamHasNoAnomalyAndItsTimeIsNoHistory) {
  start();
  run(48h);
  for (int i = 0; i < 30; ++i) {
    complain();
    run(1min);
  }
  ASSERT_TRUE(told(AnomalyKind::errors));
  stop();
  EXPECT_FALSE(is_anything_told());
  EXPECT_TRUE(changes.back().is_over);
  stand.now += 1000h;
  start();
  run(10s);
  EXPECT_TRUE(told(AnomalyKind::errors)) << "the hour before the stop is the last hour still";
}

// The whole of a healthy stream: a rate that wanders, an error now and then, a restart a day.
TEST_F(AnomalyWatchTest, AMonthOfAHealthyStreamHasNoAnomaly) {
  start();
  monitor::CorrelatedNoise wander(0.9);
  for (int minute = 0; minute < 30 * 24 * 60; ++minute) {
    if (chance.comes(1 / 24.0, 1 / 60.0)) crash();
    if (chance.comes(0.5, 1 / 60.0)) complain();
    run(1min, 2500 * std::exp(0.1 * wander.next(chance)), 0.05);
  }
  EXPECT_GT(recorder.totals().restarts, 10U);
  for (const AnomalyChange& change : changes) ADD_FAILURE() << change.anomaly.sentence;
}

}  // namespace
}  // namespace recovery::test
