// A standstill of the frame counter while FFmpeg is at work is a warning; one in which it is not,
// or of which something else is the reason, is a fault.
#include <gtest/gtest.h>

#include "monitor/diagnosis.hpp"
#include "monitor/watch.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Instant launch{1000s};

// FFmpeg that has put out `frames` frames, and then none, second by second.
class FewFrames : public ::testing::Test {
 protected:
  FewFrames() {
    source_.id = 1;
    source_.side = Side::input;
    source_.peer = "192.0.2.1:554";
    process_.state = 'S';
    waits_.read_bytes = 0;
    block_.frame = 0;
  }

  void run(Duration span) {
    for (const Instant until = now_ + span; now_ < until;) {
      now_ += 1s;
      if (source_is_read_) source_.received_bytes += 60'000;
      if (piles_up_) source_.unread_bytes += 60'000, source_.received_bytes += 60'000;
      process_.cpu_time += cpu_a_second_;
      if (file_is_read_) *waits_.read_bytes += 32'768;
      watch_.on_observation(process_, now_);
      watch_.on_observation(waits_, now_);
      ConnectionSamples all = others_;
      if (has_connection_) all.push_back(source_);
      watch_.on_observation(all, now_);
      if (blocks_come_) watch_.on_progress(block_, now_);
    }
  }
  void put_out(std::int64_t frames) {
    block_.frame = frames;
    block_.out_time = std::chrono::milliseconds(40 * frames);
    run(1s);
  }
  std::optional<Fault> fault() {
    for (Fault& found : watch_.check(now_)) {
      if (found.cause == Cause::encoder_frozen || found.cause == Cause::source_frozen_picture)
        return found;
    }
    return std::nullopt;
  }
  bool is_off_air() {
    const auto found = fault();
    return found && found->off_air && found->strength > Strength::possible;
  }
  // What is only possible is a warning.
  Verdict verdict() {
    auto found = fault();
    if (found) found->off_air = found->strength > Strength::possible;
    return diagnose(watch_.evidence(), found, now_, true);
  }

  bool source_is_read_ = true, piles_up_ = false, file_is_read_ = false;
  bool has_connection_ = true, blocks_come_ = true;
  Duration cpu_a_second_ = 50ms;
  Instant now_ = launch;
  Watch watch_{Limits{}, true, launch};
  ConnectionSample source_;
  ConnectionSamples others_;
  ProcessSample process_;
  WaitSample waits_;
  Progress block_;
};

TEST_F(FewFrames, AreAWarningWhileTheSourceIsRead) {
  put_out(3);
  run(60s);
  ASSERT_TRUE(fault());
  EXPECT_EQ(fault()->strength, Strength::possible);
  EXPECT_EQ(verdict().cause, Cause::encoder_frozen);
  EXPECT_NE(fault()->sentence.find("goes on reading its source"), std::string::npos);
  put_out(4);
  EXPECT_FALSE(fault());
}

TEST_F(FewFrames, AreNoFaultBeforeTheFirstEither) {
  run(60s);
  ASSERT_TRUE(fault());
  EXPECT_EQ(fault()->strength, Strength::possible);
}

TEST_F(FewFrames, OfAFileOrAGeneratedSourceAreToldByItsReadsOrByItsCpuTime) {
  has_connection_ = false;
  put_out(3);
  run(60s);
  EXPECT_FALSE(is_off_air());  // 5 % CPU
  cpu_a_second_ = 0ms;
  file_is_read_ = true;
  run(60s);
  EXPECT_FALSE(is_off_air());
  file_is_read_ = false;
  run(60s);
  EXPECT_TRUE(is_off_air());
}

TEST_F(FewFrames, AreAStandstillWithoutBlocks) {
  put_out(3);
  blocks_come_ = false;
  run(60s);
  EXPECT_TRUE(is_off_air());
}

TEST_F(FewFrames, AreAStandstillOnceTheSourceIsReadNoMore) {
  put_out(3);
  run(60s);
  source_is_read_ = false;
  run(40s);
  EXPECT_TRUE(is_off_air());
}

TEST_F(FewFrames, AreAStandstillWhereBytesOfTheSourcePileUp) {
  put_out(3);
  source_is_read_ = false;
  piles_up_ = true;
  run(60s);
  EXPECT_TRUE(is_off_air());
}

TEST_F(FewFrames, AreAStandstillOfAStoppedProcess) {
  put_out(3);
  process_.state = 'T';
  run(60s);
  EXPECT_TRUE(is_off_air());
}

TEST_F(FewFrames, AreAStandstillWhereTheSinkTakesNothing) {
  ConnectionSample sink;
  sink.id = 2;
  sink.side = Side::output;
  sink.acked_bytes = 1000;
  sink.received_bytes = 3000;
  sink.unsent_bytes = 2'000'000;
  sink.peer_window_bytes = 0;
  put_out(3);
  others_ = {sink};
  run(60s);
  EXPECT_TRUE(is_off_air());
}

TEST_F(FewFrames, ThatSoundGoesOnWithoutAreASourceWithoutItsPicture) {
  put_out(100);
  for (int i = 0; i < 60; ++i) {
    *block_.out_time += 1s;
    run(1s);
  }
  ASSERT_TRUE(fault());
  EXPECT_EQ(fault()->strength, Strength::possible);
  EXPECT_EQ(verdict().cause, Cause::source_frozen_picture);
  EXPECT_NE(fault()->sentence.find("frame has stood at 100 while out_time goes on"),
            std::string::npos)
      << fault()->sentence;
}

// Noise in place of a transport stream: FFmpeg 5.1 looks for its next packet and reports nothing.
TEST_F(FewFrames, OfASourceThatIsReadInVainAreTheSources) {
  put_out(100);
  blocks_come_ = false;
  run(40s);
  EXPECT_TRUE(is_off_air());
  EXPECT_EQ(verdict().cause, Cause::source_corrupt);
}

TEST_F(FewFrames, OfAHungEncoderAreTheEncoders) {
  put_out(100);
  blocks_come_ = source_is_read_ = false;
  piles_up_ = true;
  run(40s);
  EXPECT_TRUE(is_off_air());
  EXPECT_EQ(verdict().cause, Cause::encoder_frozen);
}

TEST_F(FewFrames, AreNoFaultWhileALongAnalysisReadsItsSource) {
  Limits limits;
  limits.analysis = 35s;
  watch_ = Watch(limits, true, launch);
  blocks_come_ = false;
  run(60s);
  EXPECT_FALSE(fault());
  run(6s);
  EXPECT_TRUE(is_off_air());
}

TEST_F(FewFrames, AreAFaultInALongAnalysisOfASilentSource) {
  Limits limits;
  limits.analysis = 35s;
  watch_ = Watch(limits, true, launch);
  blocks_come_ = source_is_read_ = false;
  cpu_a_second_ = 0ms;
  run(40s);
  EXPECT_TRUE(is_off_air());
}

// ---------------------------------------------------------------------------- a slow source

class SlowStream : public FewFrames {
 protected:
  // At half of real time.
  Cause cause_after(Duration span) {
    block_.out_time = 1s;
    block_.frame = 25;
    for (Duration passed{}; passed < span; passed += 1s) {
      *block_.out_time += 500ms;
      *block_.frame += 12;
      process_.cpu_percent = monitor::seconds(cpu_a_second_) * 100;
      run(1s);
    }
    for (const Fault& found : watch_.check(now_)) {
      if (found.cause != Cause::encoder_slow) continue;
      EXPECT_FALSE(found.off_air);
      return diagnose(watch_.evidence(), found, now_, true).cause;
    }
    return Cause::stop_requested;
  }
};

TEST_F(SlowStream, IsItsSourcesWhereFFmpegHasReadAllOfIt) {
  cpu_a_second_ = 10ms;
  EXPECT_EQ(cause_after(90s), Cause::source_stalled);
}

TEST_F(SlowStream, IsTheEncodersWhereBytesOfTheSourceWait) {
  source_.unread_bytes = 20'000;
  EXPECT_EQ(cause_after(90s), Cause::encoder_slow);
}

TEST_F(SlowStream, IsTheEncodersWhereItUsesMuchCpu) {
  cpu_a_second_ = 900ms;
  EXPECT_EQ(cause_after(90s), Cause::encoder_slow);
}

// ------------------------------------------------------------- a pipe that nobody reads

TEST_F(FewFrames, WhereAPipeIsNotReadItsReaderIsBlamedAndNotASourceThatWasReadWhole) {
  put_out(3);
  source_is_read_ = false;
  cpu_a_second_ = 0ms;
  waits_.is_known = true;
  waits_.writes_pipe = 1;
  for (int second = 0; second < 31; ++second) {
    run(1s);
    for (const Fault& found : watch_.check(now_)) EXPECT_NE(found.cause, Cause::source_stalled);
  }
  ASSERT_TRUE(is_off_air());
  EXPECT_EQ(verdict().cause, Cause::sink_stalled);
}

// ----------------------------------------------- a source by UDP that was silent for a moment

class GapOfDatagrams : public SlowStream {
 protected:
  GapOfDatagrams() {
    Limits limits;
    limits.min_speed.hold = 5s;
    watch_ = Watch(limits, true, launch);
    source_.kind = ConnectionSample::Kind::udp;
    source_is_read_ = false;
    process_.cpu_percent = 80;
    process_.cpus_allowed = 1;
    waits_.is_known = true;
    waits_.receivers = {{41, 100}};
    block_.out_time = 1s;
    block_.frame = 25;
  }
  void play(Duration span, std::chrono::milliseconds a_second = 1s) {
    for (Duration passed{}; passed < span; passed += 1s) {
      ++waits_.receivers.front().wakeups;
      *block_.out_time += a_second;
      *block_.frame += 25;
      run(1s);
    }
  }
  Cause cause() {
    for (const Fault& found : watch_.check(now_)) {
      if (found.cause == Cause::encoder_slow)
        return diagnose(watch_.evidence(), found, now_, true).cause;
    }
    return Cause::stop_requested;
  }
};

TEST_F(GapOfDatagrams, IsWhyTheMeanSpeedIsLowAfterIt) {
  play(60s);
  run(3s);
  play(5s);
  EXPECT_EQ(cause(), Cause::source_stalled);
}

TEST_F(GapOfDatagrams, IsNotTheReasonWhereFFmpegDidNotReadThem) {
  play(60s);
  source_.unread_bytes = 20'000;
  run(3s);
  source_.unread_bytes = 0;
  play(5s);
  EXPECT_EQ(cause(), Cause::encoder_slow);
}

TEST_F(GapOfDatagrams, IsNotTheReasonWhereAPipeWasNotRead) {
  play(60s);
  waits_.writes_pipe = 1;
  run(3s);
  waits_.writes_pipe.reset();
  play(5s);
  EXPECT_EQ(cause(), Cause::encoder_slow);
}

TEST_F(GapOfDatagrams, IsNotTheReasonOfMoreThanItTook) {
  play(60s);
  run(2s);
  play(10s, 200ms);
  EXPECT_EQ(cause(), Cause::encoder_slow);
}

TEST_F(SlowStream, OfAPipeIsItsSourcesWhereFFmpegWaitsForIt) {
  has_connection_ = false;
  file_is_read_ = true;
  waits_.reads_pipe = true;
  cpu_a_second_ = 10ms;
  EXPECT_EQ(cause_after(90s), Cause::source_stalled);
}

}  // namespace
}  // namespace monitor
