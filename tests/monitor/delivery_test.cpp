#include "monitor/detectors/delivery.hpp"

#include <algorithm>

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using monitor::Cause;
using monitor::ConnectionSample;
using monitor::DeliveryDetector;
using monitor::DeliveryTrouble;
using monitor::Duration;
using monitor::Instant;

namespace {

constexpr Duration stall = 10s;
constexpr Duration silence = 30s;

// A publisher of `bps`, and a server that may stop reading; one sample a second.
class Stage {
 public:
  explicit Stage(std::uint64_t bytes_per_second) : bytes_per_second_(bytes_per_second) {
    sample.id = 7;
    sample.side = monitor::Side::output;
    sample.peer = "127.0.0.1:1935";
    sample.received_bytes = 3000;
    sample.peer_window_bytes = 126'976;
  }

  void second() {
    now += 1s;
    detector.on_connections({sample}, true, now);
  }
  void takes() {
    sample.acked_bytes += bytes_per_second_;
    second();
  }
  void takes_for(int seconds) {
    for (int i = 0; i < seconds; ++i) takes();
  }
  // Its window is shut: what is sent piles up.
  void is_shut() {
    sample.peer_window_bytes = 0;
    sample.unsent_bytes += bytes_per_second_;
    sample.peer_limited += 1s;
    sample.last_ack_ago = 200ms;
    second();
  }
  void swallows() {
    sample.unacked_bytes += bytes_per_second_;
    sample.last_ack_ago += 1s;
    ++sample.retransmits;
    second();
  }
  bool is_off_air() const {
    const auto fault = detector.check(now);
    return fault && fault->off_air;
  }

  ConnectionSample sample;
  Instant now{1h};
  DeliveryDetector detector{stall, silence};

 private:
  std::uint64_t bytes_per_second_;
};

}  // namespace

TEST(Delivery, AServerThatTakesAllIsNoFault) {
  Stage stage(300'000);
  stage.takes_for(3600);
  EXPECT_FALSE(stage.detector.check(stage.now));
  EXPECT_EQ(stage.detector.is_taking(), true);
  EXPECT_NEAR(*stage.detector.bps(), 2.4e6, 1e3);
}

TEST(Delivery, AServerThatShutsItsWindowIsStalledAfterTheTimeout) {
  Stage stage(300'000);
  stage.takes_for(60);
  for (int i = 0; i < 9; ++i) stage.is_shut();
  EXPECT_FALSE(stage.is_off_air());
  EXPECT_EQ(stage.detector.is_taking(), false);
  stage.is_shut();
  ASSERT_TRUE(stage.is_off_air());
  const auto fault = *stage.detector.check(stage.now);
  EXPECT_EQ(fault.cause, Cause::sink_stalled);
  EXPECT_EQ(
      fault.sentence,
      "127.0.0.1:1935 has not read what it was sent for 10.0 s: its window is down to 0.0 kB, "
      "3000.0 kB wait in FFmpeg's socket.");
}

// As seen of a stopped nginx-rtmp at 128 kbit/s: all is acknowledged, the window falls by 4.5 kB/s.
TEST(Delivery, AServerThatOnlyItsKernelTakesForIsStalledThoughAllIsAcknowledged) {
  Stage stage(16'600);
  stage.takes_for(60);
  int seconds = 0;
  for (; seconds < 60 && !stage.is_off_air(); ++seconds) {
    *stage.sample.peer_window_bytes -= 4'500;
    stage.takes();
  }
  EXPECT_GE(seconds, 9);
  EXPECT_LE(seconds, 12);
  EXPECT_EQ(stage.detector.check(stage.now)->cause, Cause::sink_stalled);
}

TEST(Delivery, AWindowThatFallsAndRisesIsAServerThatReads) {
  Stage stage(300'000);
  for (int i = 0; i < 600; ++i) {
    stage.sample.peer_window_bytes = 126'976 - 15'000U * (i % 6);
    stage.takes();
    EXPECT_FALSE(stage.detector.check(stage.now)) << i;
  }
}

// As seen of another one, whose kernel takes back little at a time.
TEST(Delivery, AWindowThatFallsSlowlyButForLongIsThatToo) {
  Stage stage(16'600);
  stage.takes_for(60);
  for (int i = 0; i < 9; ++i) {
    *stage.sample.peer_window_bytes -= 600;
    stage.takes();
    EXPECT_FALSE(stage.is_off_air()) << i;
    EXPECT_EQ(stage.detector.is_taking(), true) << "no proof yet";
  }
  for (int i = 0; i < 2; ++i) {
    *stage.sample.peer_window_bytes -= 600;
    stage.takes();
  }
  ASSERT_TRUE(stage.is_off_air());
  EXPECT_EQ(stage.detector.check(stage.now)->cause, Cause::sink_stalled);
}

TEST(Delivery, AFallingWindowMayStandForSecondsInBetween) {
  Stage stage(16'600);
  stage.takes_for(60);
  for (int i = 0; i < 36; ++i) {
    if (i % 6 == 0) *stage.sample.peer_window_bytes -= 1'500;
    stage.takes();
  }
  EXPECT_TRUE(stage.is_off_air());
}

TEST(Delivery, AWindowThatFellOnceAndStandsIsWhatTheServerOffers) {
  Stage stage(16'600);
  stage.takes_for(60);
  for (int i = 0; i < 600; ++i) {
    if (i < 3) *stage.sample.peer_window_bytes -= 2'000;
    stage.takes();
    EXPECT_FALSE(stage.detector.check(stage.now)) << i;
  }
}

// Segments go out in bursts; the window that the last one left is told anew with the next.
TEST(Delivery, AWindowThatCannotRiseBecauseNothingIsSentTellsNothing) {
  Stage stage(300'000);
  stage.takes_for(60);
  for (int i = 0; i < 20; ++i) {
    *stage.sample.peer_window_bytes -= 5'000;  // each burst is longer than the one before
    stage.sample.peer_window_bytes = i % 4 == 0 ? 126'976 : *stage.sample.peer_window_bytes;
    stage.sample.acked_bytes += 20'000;
    stage.second();
    for (int pause = 0; pause < 7; ++pause) {
      stage.second();
      EXPECT_FALSE(stage.detector.check(stage.now)) << i;
      EXPECT_EQ(stage.detector.is_taking(), true) << i;
    }
  }
}

// A frame every two seconds, each larger than the one before: the window is down by the last one.
TEST(Delivery, FewFramesThatGrowAreNoServerThatStops) {
  Stage stage(16'000);
  stage.takes_for(5);
  for (const std::uint64_t frame : {6'000, 12'000, 18'000, 24'000, 30'000, 36'000, 42'000}) {
    stage.sample.peer_window_bytes = 126'976 - frame;
    stage.sample.acked_bytes += frame;
    stage.second();
    EXPECT_FALSE(stage.detector.check(stage.now)) << frame;
    stage.second();
    EXPECT_FALSE(stage.detector.check(stage.now)) << frame;
  }
}

// … and one that has stopped: what it has not read adds up.
TEST(Delivery, OfFewFramesTheServerThatStopsIsToldByWhatAddsUp) {
  Stage stage(16'000);
  stage.sample.peer_window_bytes = 400'000;
  stage.takes_for(5);
  bool told = false;
  for (int i = 0; i < 14; ++i) {
    *stage.sample.peer_window_bytes -= 12'000;
    stage.sample.acked_bytes += 12'000;
    stage.second();
    told = told || stage.is_off_air();
    stage.second();
  }
  EXPECT_TRUE(told);
}

TEST(Delivery, OfAServerInDoubtTheFirstFallsOfItsWindowTell) {
  Stage stage(16'600);
  stage.takes_for(60);
  const Instant suspected = stage.now;
  stage.detector.suspect(suspected);
  for (int i = 0; i < 9; ++i) {
    if (i % 3 == 0) *stage.sample.peer_window_bytes -= 300;
    stage.takes();
    EXPECT_FALSE(stage.is_off_air()) << i;
  }
  EXPECT_EQ(stage.detector.is_taking(), false);
  stage.takes();
  ASSERT_TRUE(stage.is_off_air());
  EXPECT_EQ(stage.detector.check(stage.now)->cause, Cause::sink_stalled);
  EXPECT_EQ(stage.detector.check(stage.now)->since, suspected);
}

TEST(Delivery, ADoubtAloneTellsNothing) {
  Stage stage(16'600);
  *stage.sample.peer_window_bytes -= 300;
  stage.takes_for(5);
  stage.detector.suspect(stage.now);
  for (int i = 0; i < 60; ++i) {
    stage.takes();
    EXPECT_FALSE(stage.detector.check(stage.now)) << i;
  }
}

TEST(Delivery, ADoubtThatIsOverTellsNothing) {
  Stage stage(16'600);
  stage.takes_for(60);
  stage.detector.suspect(stage.now);
  *stage.sample.peer_window_bytes -= 300;
  stage.takes_for(6);
  stage.detector.suspect(std::nullopt);
  stage.takes_for(6);
  EXPECT_FALSE(stage.is_off_air());
  EXPECT_EQ(stage.detector.is_taking(), true);
}

// Statistics may hang alone; a healthy window falls now and then, and rises.
TEST(Delivery, OfAnOldDoubtTheTimeBeforeTheWindowFellDoesNotCount) {
  Stage stage(16'600);
  stage.takes_for(60);
  stage.detector.suspect(stage.now);
  for (int i = 0; i < 600; ++i) {
    stage.sample.peer_window_bytes = 126'976 - (i % 4 == 3 ? 2'000 : 0);
    stage.takes();
    EXPECT_FALSE(stage.detector.check(stage.now)) << i;
  }
}

TEST(Delivery, ATalkersPauseIsNoFault) {
  Stage stage(4'000);
  stage.takes_for(30);
  for (int i = 0; i < 600; ++i) stage.second();
  EXPECT_FALSE(stage.detector.check(stage.now));
}

TEST(Delivery, ANetworkThatSwallowsPacketsIsGivenMoreTime) {
  Stage stage(300'000);
  stage.takes_for(60);
  for (int i = 0; i < 20; ++i) stage.swallows();
  EXPECT_FALSE(stage.is_off_air()) << "a hiccup of 20 s heals by itself";
  EXPECT_EQ(stage.detector.is_taking(), false);
  for (int i = 0; i < 10; ++i) stage.swallows();
  ASSERT_TRUE(stage.is_off_air());
  EXPECT_EQ(stage.detector.check(stage.now)->cause, Cause::sink_lost);
}

TEST(Delivery, WhatHealsInTimeIsForgotten) {
  Stage stage(300'000);
  stage.takes_for(60);
  for (int i = 0; i < 8; ++i) stage.is_shut();
  stage.sample.acked_bytes += stage.sample.unsent_bytes;
  stage.sample.unsent_bytes = 0;
  stage.sample.peer_window_bytes = 126'976;
  stage.takes_for(20);
  EXPECT_FALSE(stage.detector.check(stage.now));
}

TEST(Delivery, AConnectionThatIsNotTakenIsUnreachable) {
  Stage stage(0);
  stage.sample.phase = ConnectionSample::Phase::connecting;
  stage.sample.received_bytes = 0;
  for (int i = 0; i < 11; ++i) stage.second();
  ASSERT_TRUE(stage.is_off_air());
  const auto fault = *stage.detector.check(stage.now);
  EXPECT_EQ(fault.cause, Cause::sink_unreachable);
  EXPECT_EQ(fault.sentence, "127.0.0.1:1935 has not taken the connection for 10.0 s.");
}

TEST(Delivery, AServerThatNeverSaysAByteIsUnreachableUntilSomethingWasPutOut) {
  Stage stage(0);
  stage.sample.received_bytes = 0;
  for (int i = 0; i < 11; ++i) {
    stage.now += 1s;
    stage.detector.on_connections({stage.sample}, false, stage.now);
  }
  EXPECT_EQ(stage.detector.check(stage.now)->cause, Cause::sink_unreachable);
  stage.takes();
  EXPECT_FALSE(stage.detector.check(stage.now)) << "some servers never say anything";
}

TEST(Delivery, ALineBelowTheBitrateIsAWarning) {
  Stage stage(300'000);
  stage.takes_for(30);
  for (int i = 0; i < 60; ++i) {
    stage.sample.acked_bytes += 100'000;
    stage.sample.unsent_bytes =
        std::min<std::uint64_t>(stage.sample.unsent_bytes + 200'000, 2'600'000);
    stage.second();
  }
  const auto fault = stage.detector.check(stage.now);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->cause, Cause::sink_stalled);
  EXPECT_FALSE(fault->off_air);
  EXPECT_EQ(stage.detector.is_taking(), true);
}

TEST(Delivery, WhatIsLeftOfAHiccupDrainsWithoutAWarning) {
  Stage stage(300'000);
  stage.takes_for(60);
  for (int i = 0; i < 8; ++i) stage.swallows();
  stage.sample.unsent_bytes = stage.sample.unacked_bytes;
  stage.sample.unacked_bytes = 0;
  while (stage.sample.unsent_bytes > 0) {
    const std::uint64_t more = std::min<std::uint64_t>(stage.sample.unsent_bytes, 100'000);
    stage.sample.unsent_bytes -= more;
    stage.sample.acked_bytes += more;
    stage.takes();
    EXPECT_FALSE(stage.detector.check(stage.now)) << stage.sample.unsent_bytes;
  }
}

TEST(Delivery, AConnectionThatFFmpegLostAndGoesOnWithoutIsLost) {
  Stage stage(300'000);
  stage.takes_for(60);
  for (int i = 0; i < 11; ++i) {
    stage.now += 1s;
    stage.detector.on_connections({}, true, stage.now);
  }
  ASSERT_TRUE(stage.is_off_air());
  EXPECT_EQ(stage.detector.check(stage.now)->cause, Cause::sink_lost);
}

TEST(Delivery, OneOfTwoSinksLostIsAWarning) {
  Stage stage(300'000);
  ConnectionSample other = stage.sample;
  other.id = 8;
  other.peer = "127.0.0.2:1935";
  for (int i = 0; i < 30; ++i) {
    other.acked_bytes += 300'000;
    stage.sample.acked_bytes += 300'000;
    stage.now += 1s;
    stage.detector.on_connections({stage.sample, other}, true, stage.now);
  }
  stage.takes_for(12);
  const auto fault = stage.detector.check(stage.now);
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->cause, Cause::sink_lost);
  EXPECT_FALSE(fault->off_air);
}

TEST(Delivery, SegmentsPutOneByOneAreNoLostConnection) {
  Stage stage(300'000);
  for (int i = 0; i < 300; ++i) {
    if (i % 6 == 5) {
      stage.now += 1s;
      stage.detector.on_connections({}, true, stage.now);
      ++stage.sample.id;
      stage.sample.acked_bytes = 0;
    } else {
      stage.takes();
    }
    EXPECT_FALSE(stage.detector.check(stage.now)) << i;
  }
}

TEST(Delivery, TimeInWhichNothingRanCountsForNoFault) {
  Stage stage(300'000);
  stage.takes_for(60);
  for (int i = 0; i < 8; ++i) stage.is_shut();
  stage.now += 60s;
  stage.detector.rebase(stage.now);
  EXPECT_FALSE(stage.detector.check(stage.now));
  stage.is_shut();
  EXPECT_FALSE(stage.detector.check(stage.now));
}

TEST(Delivery, InputsAreNotItsMatter) {
  Stage stage(300'000);
  stage.sample.side = monitor::Side::input;
  stage.takes_for(30);
  for (int i = 0; i < 60; ++i) stage.is_shut();
  EXPECT_FALSE(stage.detector.check(stage.now));
  EXPECT_FALSE(stage.detector.is_taking());
}
