// The receiving server answers a little and then nothing, seen from the first connection on; and
// what acquits a server.
#include <gtest/gtest.h>

#include "monitor/diagnosis.hpp"
#include "monitor/watch.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Instant launch{1000s};

class MuteSink : public ::testing::Test {
 protected:
  MuteSink() {
    sink_.id = 1;
    sink_.side = Side::output;
    sink_.peer = "192.0.2.9:1935";
    sink_.acked_bytes = 3400;
    sink_.received_bytes = 3073;  // the handshake
    sink_.peer_window_bytes = 65'000;
    source_.id = 2;
    source_.side = Side::input;
    source_.received_bytes = 50'000;
  }
  void run(Duration span) {
    for (const Instant until = now_ + span; now_ < until;) {
      now_ += 250ms;
      watch_.on_observation(HostSample{}, now_);
      ConnectionSamples all{sink_};
      if (has_source_) all.push_back(source_);
      watch_.on_observation(all, now_);
      if (block_.frame) watch_.on_progress(block_, now_);
    }
  }
  std::optional<Cause> off_air() {
    const auto faults = watch_.check(now_);
    if (faults.empty() || !faults.front().off_air) return std::nullopt;
    return diagnose(watch_.evidence(), faults.front(), now_, true).cause;
  }

  Instant now_ = launch;
  Watch watch_{Limits{}, true, launch};
  ConnectionSample sink_, source_;
  bool has_source_ = false;
  Progress block_;
};

TEST_F(MuteSink, IsTheSinksFaultAfterItsTimeOut) {
  run(9s);
  EXPECT_FALSE(off_air());
  run(2s);
  EXPECT_EQ(off_air(), Cause::sink_stalled);
}

TEST_F(MuteSink, IsToldWhereTheSourceHasUnreadBytes) {
  has_source_ = true;
  source_.unread_bytes = 40'000;
  run(11s);
  EXPECT_EQ(off_air(), Cause::sink_stalled);
}

TEST_F(MuteSink, IsNoFaultWhileTheSourceHasNothingForIt) {
  has_source_ = true;
  run(29s);
  EXPECT_FALSE(off_air());
}

TEST_F(MuteSink, IsNoFaultWhileFFmpegWaitsForAPipe) {
  WaitSample waits;
  waits.reads_pipe = true;
  watch_.on_observation(waits, now_);
  run(29s);
  EXPECT_FALSE(off_air());
}

// A frame each 9 s, of a file: nothing is there to be sent before the first.
TEST_F(MuteSink, IsNoFaultWhileFFmpegWorksOnItsFirstFrame) {
  ProcessSample process;
  process.state = 'S';
  for (int second = 0; second < 29; ++second) {
    process.cpu_time += 10ms;
    watch_.on_observation(process, now_);
    run(1s);
    EXPECT_FALSE(off_air());
  }
}

TEST_F(MuteSink, IsToldBesideAnFFmpegThatOnlyWaits) {
  ProcessSample process;
  process.state = 'S';
  process.cpu_time = 600ms;  // of its start
  for (int second = 0; second < 11; ++second) {
    if (second == 5) process.cpu_time += 10ms;
    watch_.on_observation(process, now_);
    run(1s);
  }
  EXPECT_EQ(off_air(), Cause::sink_stalled);
}

// A shell's command tells nothing of its output: an Icecast takes it and has nothing to say.
TEST_F(MuteSink, IsNotJudgedWhereNoProgressIsReported) {
  watch_ = Watch(Limits{}, false, launch);
  run(60s);
  EXPECT_FALSE(off_air());
}

TEST_F(MuteSink, IsNoFaultOnceBlocksCome) {  // a long look-ahead
  block_.frame = 0;
  run(29s);
  EXPECT_FALSE(off_air());
}

TEST_F(MuteSink, ThatGoesOnAnsweringIsNoFault) {
  for (int i = 0; i < 20; ++i) {
    sink_.received_bytes += 100;
    run(1s);
  }
  EXPECT_FALSE(off_air());
}

// ---------------------------------------------------------------------------- what acquits

class Acquitted : public MuteSink {
 protected:
  // A proxy takes all, and its program reads unevenly: its window falls and falls.
  void fall(int seconds, bool server_counts) {
    for (int i = 0; i < seconds; ++i) {
      frame_ += 25;
      block_.frame = frame_;
      sink_.acked_bytes += 20'000;
      sink_.unacked_bytes = 500;
      *sink_.peer_window_bytes -= 3'000;
      if (server_counts) received_ += 20'000;
      SinkReport report;
      report.answered = report.has_publisher = true;
      report.received_bytes = received_;
      watch_.on_observation(report, now_);
      run(1s);
    }
  }
  std::int64_t frame_ = 0;
  std::uint64_t received_ = 0;
};

TEST_F(Acquitted, IsAServerThatCountsMoreBytes) {
  fall(18, true);
  EXPECT_FALSE(off_air());
}

TEST_F(Acquitted, IsNoServerThatCountsNone) {
  fall(18, false);
  EXPECT_EQ(off_air(), Cause::sink_stalled);
}

// The muxer holds back 10 s where one of its streams has vanished.
TEST_F(Acquitted, IsAServerThatIsSentNothing) {
  sink_.peer_window_bytes.reset();
  SinkReport report;
  report.answered = report.has_publisher = true;
  for (std::uint64_t second = 0; second < 60; ++second) {
    frame_ += 25;
    block_.frame = frame_;
    const std::uint64_t sent = std::min<std::uint64_t>(second, 20) * 20'000;  // then nothing
    sink_.acked_bytes = 4000 + sent;
    report.received_bytes = sent;
    watch_.on_observation(report, now_);
    run(1s);
  }
  EXPECT_FALSE(off_air());
}

// ---------------------------------------------------------------------------- out of memory

TEST(OutOfMemory, IsACountThatRoseWithTheEnd) {
  const auto verdict_after = [](Duration kill_ago) {
    Watch watch(Limits{}, true, launch);
    HostSample host;
    host.oom_kills = 1;
    Instant now = launch;
    for (int i = 0; i < 100; ++i) {
      now += 1s;
      if (launch + 100s - now < kill_ago) host.oom_kills = 2;
      watch.on_observation(host, now);
    }
    host.oom_kills = 2;
    watch.on_observation(host, now);
    watch.on_exit(ExitStatus{{}, 9});
    return diagnose(watch.evidence(), std::nullopt, now, true).cause;
  };
  EXPECT_EQ(verdict_after(0s), Cause::host_out_of_memory);
  EXPECT_EQ(verdict_after(2s), Cause::host_out_of_memory);  // by the sample before the end
  EXPECT_EQ(verdict_after(10s), Cause::encoder_crashed);    // another process's
}

}  // namespace
}  // namespace monitor
