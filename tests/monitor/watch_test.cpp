#include "monitor/watch.hpp"

#include <gtest/gtest.h>

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Instant launch{1000s};

Progress frame(std::int64_t number) {
  Progress block;
  block.frame = number;
  block.total_size_bytes = number * 10'000;
  block.out_time = std::chrono::milliseconds(40 * number);
  return block;
}

ProcessSample sample(double cpu_percent, std::int64_t mib) {
  ProcessSample sample;
  sample.state = 'R';
  sample.cpu_percent = cpu_percent;
  sample.rss_bytes = mib * 1024 * 1024;
  return sample;
}

std::vector<Cause> causes(const std::vector<Fault>& faults) {
  std::vector<Cause> causes;
  for (const Fault& fault : faults) causes.push_back(fault.cause);
  return causes;
}

TEST(Watch, EvidenceBeginsWithTheLaunch) {
  const Watch watch(Limits{}, true, launch);
  EXPECT_EQ(watch.evidence().launched_at, launch);
  EXPECT_EQ(watch.evidence().last_advance, launch);
  EXPECT_FALSE(watch.evidence().first_advance);
  EXPECT_FALSE(watch.evidence().progress);
  EXPECT_FALSE(watch.has_advanced());
}

TEST(Watch, BlocksLeaveTheirEvidence) {
  Watch watch(Limits{}, true, launch);
  EXPECT_FALSE(watch.on_progress(frame(0), launch + 1s));
  EXPECT_FALSE(watch.evidence().first_advance);
  EXPECT_TRUE(watch.on_progress(frame(25), launch + 2s));
  EXPECT_TRUE(watch.on_progress(frame(50), launch + 3s));
  EXPECT_FALSE(watch.on_progress(frame(50), launch + 4s));
  EXPECT_TRUE(watch.has_advanced());
  EXPECT_EQ(watch.evidence().first_advance, launch + 2s);
  EXPECT_EQ(watch.evidence().last_advance, launch + 3s);
  EXPECT_EQ(watch.evidence().last_block, launch + 4s);
  EXPECT_EQ(watch.evidence().progress, frame(50));
}

TEST(Watch, SignsAreEvidenceAndBounded) {
  Watch watch(Limits{}, true, launch);
  watch.on_sign(Sign{Cause::sink_lost, true, 5}, "Broken pipe", launch + 1s);
  ASSERT_EQ(watch.evidence().signs.size(), 1U);
  EXPECT_EQ(watch.evidence().signs.front().sign.cause, Cause::sink_lost);
  EXPECT_EQ(watch.evidence().signs.front().text, "Broken pipe");
  EXPECT_EQ(watch.evidence().signs.front().at, launch + 1s);
  for (int i = 0; i < 100; ++i) {
    watch.on_sign(Sign{Cause::sink_lost, true, 5}, "line " + std::to_string(i), launch + 2s);
  }
  EXPECT_EQ(watch.evidence().signs.size(), Evidence::signs_limit);
}

TEST(Watch, TheEndIsEvidence) {
  Watch watch(Limits{}, true, launch);
  watch.on_observation(sample(10, 100), launch + 1s);
  watch.on_spawn_error(2);
  watch.on_exit(ExitStatus{{}, 9});
  EXPECT_EQ(watch.evidence().exit->signal, 9);
  EXPECT_EQ(watch.evidence().spawn_error, 2);
  EXPECT_EQ(watch.evidence().sample->rss_bytes, 100 * 1024 * 1024);
}

TEST(Watch, TheOffAirFaultComesFirst) {
  Watch watch(Limits{}, true, launch);
  for (auto now = launch; now <= launch + 40s; now += 1s)
    watch.on_observation(sample(100, 4096), now);
  EXPECT_EQ(causes(watch.check(launch + 40s)),
            (std::vector{Cause::encoder_frozen, Cause::cpu_high, Cause::memory_high}));
  EXPECT_TRUE(watch.check(launch + 40s).front().off_air);
}

TEST(Watch, TheDeadlineIsTheEarliestOneStillAhead) {
  Limits limits;
  limits.startup_timeout = 60s;
  Watch watch(limits, true, launch);
  EXPECT_EQ(watch.deadline(launch), launch + 60s);
  watch.on_observation(sample(100, 4096), launch);
  EXPECT_EQ(watch.deadline(launch), launch + 10s);        // memory
  EXPECT_EQ(watch.deadline(launch + 10s), launch + 30s);  // CPU, while memory's fault stands
  EXPECT_EQ(watch.deadline(launch + 30s), launch + 60s);
  EXPECT_EQ(watch.deadline(launch + 60s), never);
}

// What the core does: a check at each deadline finds a fault that was not there before.
TEST(Watch, EachDeadlineBringsAFault) {
  Watch watch(Limits{}, true, launch);
  watch.on_progress(frame(1), launch + 1s);
  watch.on_observation(sample(100, 4096), launch + 1s);
  std::size_t found = 0;
  Instant checked = launch + 1s;
  for (int rounds = 0; rounds < 3; ++rounds) {
    const Instant due = watch.deadline(checked);
    if (due == never) break;
    EXPECT_EQ(watch.check(due - 1ns).size(), found);
    const std::size_t now = watch.check(due).size();
    EXPECT_GT(now, found);
    found = now;
    checked = due;
  }
  EXPECT_EQ(found, 3U);
  EXPECT_EQ(watch.deadline(checked), never);
}

TEST(Watch, AHealthyStreamHasNoFaultAndFigures) {
  Watch watch(Limits{}, true, launch);
  for (int i = 1; i <= 7200; ++i) {
    const Instant now = launch + i * 500ms;
    watch.on_progress(frame(i * 25 / 2), now);
    if (i % 2 == 0) watch.on_observation(sample(50, 200), now);
    ASSERT_TRUE(watch.check(now).empty()) << i;
  }
  const Readings readings = watch.readings(launch + 1h);
  EXPECT_NEAR(*readings.fps, 25, 0.2);
  EXPECT_NEAR(*readings.speed, 1, 0.01);
  EXPECT_NEAR(*readings.bitrate_bps, 2'000'000, 10'000);
  EXPECT_NEAR(*readings.baseline_bps, 2'000'000, 10'000);
  EXPECT_EQ(readings.progress, frame(90'000));
  EXPECT_EQ(readings.process->rss_bytes, 200 * 1024 * 1024);
  EXPECT_TRUE(readings.memory_growth_bytes_per_second);
  EXPECT_LT(*readings.lag, 1s);
  EXPECT_FALSE(readings.host) << "nothing was seen of it";
  EXPECT_FALSE(readings.sink_is_taking) << "no witness can tell";
}

TEST(Watch, ACommandWithoutProgressIsWatchedByItsLoadAlone) {
  Watch watch(Limits{}, false, launch);
  EXPECT_EQ(watch.deadline(launch), never);
  EXPECT_TRUE(watch.check(launch + 1h).empty());
  EXPECT_FALSE(watch.on_progress(frame(5), launch + 1s));
  watch.on_observation(sample(1, 4096), launch + 1h);
  EXPECT_EQ(causes(watch.check(launch + 1h + 10s)), std::vector{Cause::memory_high});
}

// A publisher at 16 kB/s whose server's window falls by little; one look a second.
class Publisher {
 public:
  Publisher() {
    connection_.id = 7;
    connection_.side = Side::output;
    connection_.peer = "127.0.0.1:1935";
    connection_.received_bytes = 3000;
    connection_.peer_window_bytes = 126'976;
  }
  void second(std::uint64_t narrower = 0) {
    now += 1s;
    ++seconds_;
    *connection_.peer_window_bytes -= narrower;
    connection_.acked_bytes += 16'000;
    watch.on_progress(frame(25 * seconds_), now);
    watch.on_observation(ConnectionSamples{connection_}, now);
  }
  void is_asked(bool answers) {
    SinkReport report;
    report.answered = report.has_publisher = answers;
    if (answers) report.received_bytes = static_cast<std::uint64_t>(seconds_) * 16'000;
    if (!answers) report.silent_for = 500ms;
    watch.on_observation(report, now);
  }
  // Until the first fault; empty within a minute.
  std::optional<int> seconds_to_fault() {
    for (int i = 1; i <= 60; ++i) {
      second(100);
      is_asked(false);
      if (!watch.check(now).empty()) return i;
    }
    return std::nullopt;
  }

  Instant now = launch;
  Watch watch{Limits{}, true, launch};

 private:
  ConnectionSample connection_;
  int seconds_ = 0;
};

TEST(Watch, WhatTheWitnessesSawIsInTheReadings) {
  Publisher publisher;
  for (int i = 0; i < 20; ++i) publisher.second();
  publisher.watch.on_observation(HostSample{}, publisher.now);
  const Readings readings = publisher.watch.readings(publisher.now);
  ASSERT_EQ(readings.connections.size(), 1U);
  EXPECT_EQ(readings.connections.front().acked_bytes, 20U * 16'000);
  EXPECT_NEAR(*readings.delivered_bps, 128'000, 1000);
  EXPECT_EQ(readings.sink_is_taking, true);
  EXPECT_FALSE(readings.witnesses.empty());
  EXPECT_TRUE(readings.host);
}

TEST(Watch, StatisticsThatFallSilentMakeASmallFallOfTheWindowTell) {
  Publisher publisher;
  for (int i = 0; i < 60; ++i) publisher.second();
  publisher.is_asked(true);
  const auto seconds = publisher.seconds_to_fault();
  ASSERT_TRUE(seconds);
  EXPECT_LE(*seconds, 12);
  EXPECT_EQ(causes(publisher.watch.check(publisher.now)), std::vector{Cause::sink_stalled});
  EXPECT_TRUE(publisher.watch.evidence().sink_report->silent_for);
}

TEST(Watch, StatisticsThatNeverAnsweredDoNot) {
  Publisher publisher;
  for (int i = 0; i < 60; ++i) publisher.second();
  const auto seconds = publisher.seconds_to_fault();
  EXPECT_GT(seconds.value_or(60), 30);
  EXPECT_FALSE(publisher.watch.evidence().sink_report->silent_for);
}

TEST(Watch, ASilenceWhileNothingRanCountsForNoFault) {
  Publisher publisher;
  for (int i = 0; i < 60; ++i) publisher.second();
  publisher.is_asked(true);
  publisher.second(100);
  publisher.is_asked(false);
  publisher.now += 1h;
  publisher.watch.rebase(publisher.now);
  for (int i = 0; i < 20; ++i) {
    publisher.second(i == 0 ? 100 : 0);
    EXPECT_TRUE(publisher.watch.check(publisher.now).empty()) << i;
  }
}

// FFmpeg goes on at half its rate while its socket fills.
TEST(Watch, WhatIsNotTakenSaysNothingOfTheBitrate) {
  Limits limits;
  limits.sink_stall_timeout = limits.freeze_timeout = 10min;
  Watch watch(limits, true, launch);
  ConnectionSample connection;
  connection.side = Side::output;
  connection.received_bytes = 3000;
  connection.peer_window_bytes = 126'976;
  Progress block = frame(0);
  for (int i = 1; i <= 300; ++i) {
    const Instant now = launch + i * 1s;
    const bool taken = i < 240;
    block.frame = 25 * i;
    block.out_time = i * 1s;
    *block.total_size_bytes += taken ? 250'000 : 50'000;
    connection.acked_bytes += taken ? 250'000 : 0;
    connection.unsent_bytes += taken ? 0 : 50'000;
    connection.peer_window_bytes = taken ? 126'976 : 0;
    watch.on_progress(block, now);
    watch.on_observation(ConnectionSamples{connection}, now);
    ASSERT_TRUE(watch.check(now).empty()) << i;
  }
}

TEST(Watch, TimeInWhichNothingRanCountsForNoFault) {
  Watch watch(Limits{}, true, launch);
  for (int i = 1; i <= 240; ++i) watch.on_progress(frame(i * 25 / 2), launch + i * 500ms);
  watch.on_observation(sample(100, 4096), launch + 2min);
  const Instant woken = launch + 3h;
  watch.rebase(woken);
  EXPECT_TRUE(watch.check(woken).empty());
  EXPECT_EQ(watch.deadline(woken), woken + Limits{}.freeze_timeout);
  for (int i = 241; i <= 600; ++i) {
    const Instant now = woken + (i - 240) * 500ms;
    watch.on_progress(frame(i * 25 / 2), now);
    ASSERT_TRUE(watch.check(now).empty());
  }
}

}  // namespace
}  // namespace monitor
