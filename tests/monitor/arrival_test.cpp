#include "monitor/detectors/arrival.hpp"

#include <gtest/gtest.h>

using namespace std::chrono_literals;
using monitor::ArrivalDetector;
using monitor::Cause;
using monitor::ConnectionSample;
using monitor::Instant;
using monitor::LookAnswer;

namespace {

// FFmpeg that reads one connection; one sample a second.
class Stage {
 public:
  Stage() {
    sample.id = 3;
    sample.side = monitor::Side::input;
    sample.peer = "127.0.0.1:8000";
  }
  void second(bool advances) {
    now += 1s;
    detector.on_connections(
        is_there ? monitor::ConnectionSamples{sample} : monitor::ConnectionSamples{}, now);
    if (advances) detector.on_advance(now);
  }
  void plays_for(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      sample.received_bytes += 16'000;
      second(true);
    }
  }
  void stands_for(int seconds) {
    for (int i = 0; i < seconds; ++i) second(false);
  }
  std::optional<Cause> cause() const {
    const auto fault = detector.check(now);
    return fault ? std::optional(fault->cause) : std::nullopt;
  }

  ConnectionSample sample;
  bool is_there = true;
  Instant now{1h};
  ArrivalDetector detector{10s, now};
};

}  // namespace

TEST(Arrival, NothingArrivesAndNothingComesOutIsAStalledSource) {
  Stage stage;
  stage.plays_for(60);
  stage.stands_for(9);
  EXPECT_FALSE(stage.cause());
  stage.stands_for(1);
  ASSERT_EQ(stage.cause(), Cause::source_stalled);
  EXPECT_TRUE(stage.detector.check(stage.now)->off_air);
  EXPECT_EQ(
      stage.detector.check(stage.now)->sentence,
      "Nothing has arrived from 127.0.0.1:8000 for 10.0 s (1.0 MB before), and FFmpeg has read "
      "all of it.");
}

TEST(Arrival, AnIdleConnectionOfAStreamThatGoesOnIsNoFault) {
  Stage stage;
  stage.plays_for(60);
  for (int i = 0; i < 60; ++i) stage.second(true);
  EXPECT_FALSE(stage.cause());
}

TEST(Arrival, UnreadBytesRuleTheSourceOut) {
  Stage stage;
  stage.plays_for(60);
  stage.sample.unread_bytes = 50'000;
  stage.stands_for(60);
  EXPECT_FALSE(stage.cause());
  EXPECT_TRUE(stage.detector.has_backlog());
}

// A camera whose first packet comes late, a publisher that is awaited: only the start-up time-out
// counts.
TEST(Arrival, BeforeTheFirstOutputASilentSourceIsNoFaultOfItsOwn) {
  Stage stage;
  stage.stands_for(25);
  EXPECT_FALSE(stage.cause());
  EXPECT_EQ(stage.detector.deadline(), monitor::never);
  const monitor::Arrival arrival = stage.detector.at(stage.now);
  EXPECT_EQ(arrival.trouble, monitor::Arrival::Trouble::unanswered);
  EXPECT_TRUE(arrival.is_connected);
}

TEST(Arrival, AConnectionThatIsNotTakenIsNamed) {
  Stage stage;
  stage.sample.phase = ConnectionSample::Phase::connecting;
  stage.stands_for(11);
  const monitor::Arrival arrival = stage.detector.at(stage.now);
  EXPECT_FALSE(arrival.is_connected);
  EXPECT_EQ(arrival.sentence, "127.0.0.1:8000 has not taken the connection for 10.0 s.");
}

// A looped picture with a radio behind it: the picture goes on.
TEST(Arrival, AConnectionThatFFmpegLostIsAnEndedSourceOnceALookFindsItGone) {
  Stage stage;
  stage.plays_for(60);
  stage.is_there = false;
  for (int i = 0; i < 11; ++i) stage.second(true);
  EXPECT_FALSE(stage.cause()) << "it may have been read to its end";
  stage.detector.on_look({.answer = LookAnswer::missing});
  EXPECT_EQ(stage.cause(), Cause::source_ended);
}

TEST(Arrival, AConnectionToALiveSourceThatIsThereAgainIsLostToo) {
  Stage stage;
  stage.plays_for(60);
  stage.is_there = false;
  for (int i = 0; i < 11; ++i) stage.second(true);
  stage.detector.on_look({.answer = LookAnswer::delivers, .is_finite = true});
  EXPECT_FALSE(stage.cause()) << "an episode, a jingle: FFmpeg plays what it has";
  stage.detector.on_look({.answer = LookAnswer::delivers, .is_finite = false});
  EXPECT_EQ(stage.cause(), Cause::source_ended);
}

TEST(Arrival, WhatALookCannotTellIsNoProof) {
  Stage stage;
  stage.plays_for(60);
  stage.is_there = false;
  for (int i = 0; i < 11; ++i) stage.second(true);
  for (const auto answer : {LookAnswer::refused, LookAnswer::unclear}) {
    stage.detector.on_look({.answer = answer});
    EXPECT_FALSE(stage.cause());
  }
}

TEST(Arrival, AServerThatHungUpAndWhoseBytesAreReadIsLostToo) {
  Stage stage;
  stage.plays_for(60);
  stage.sample.phase = ConnectionSample::Phase::closing;
  for (int i = 0; i < 11; ++i) stage.second(true);
  stage.detector.on_look({.answer = LookAnswer::missing});
  EXPECT_EQ(stage.cause(), Cause::source_ended);
}

// An advertisement break of an HLS source.
TEST(Arrival, AConnectionToAnotherHostThatWasOpenedForItTakesItsPlace) {
  Stage stage;
  stage.plays_for(60);
  stage.sample.id = 4;
  stage.sample.peer = "10.0.0.9:80";
  stage.sample.received_bytes = 0;
  stage.plays_for(40);
  stage.detector.on_look({.answer = LookAnswer::delivers});
  EXPECT_FALSE(stage.cause());
}

TEST(Arrival, AnotherConnectionToTheSameServerTakesItsPlace) {
  Stage stage;
  stage.plays_for(60);
  stage.is_there = false;
  for (int i = 0; i < 5; ++i) stage.second(true);
  stage.is_there = true;
  stage.sample.id = 4;
  stage.sample.received_bytes = 0;
  stage.plays_for(60);
  EXPECT_FALSE(stage.cause());
}

TEST(Arrival, SegmentsFetchedOneByOneAreNoLostSource) {
  Stage stage;
  for (int i = 0; i < 300; ++i) {
    stage.is_there = i % 6 < 2;
    if (stage.is_there) stage.sample.received_bytes += 100'000;
    if (i % 6 == 5) ++stage.sample.id;
    stage.second(true);
    EXPECT_FALSE(stage.cause()) << i;
  }
}

// The generator of an HLS source has died: its playlist stays the same, and FFmpeg asks for it
// again.
TEST(Arrival, APlaylistAskedForInVainAgainAndAgainIsAStalledSource) {
  Stage stage;
  stage.sample.phase = ConnectionSample::Phase::closing;
  stage.second(true);
  for (int i = 0; i < 9; ++i) {
    ++stage.sample.id;
    stage.sample.received_bytes = 400;
    stage.second(false);
    EXPECT_FALSE(stage.cause()) << i;
  }
  stage.second(false);
  ASSERT_EQ(stage.cause(), Cause::source_stalled);
  EXPECT_EQ(stage.detector.check(stage.now)->sentence,
            "FFmpeg has repeated its request to 127.0.0.1:8000 for 10.0 s and got nothing to put "
            "out.");
}

TEST(Arrival, APlaylistAskedForOnOneConnectionIsThatToo) {
  Stage stage;
  stage.plays_for(60);
  for (int i = 0; i < 10; ++i) {
    EXPECT_FALSE(stage.cause()) << i;
    stage.sample.acked_bytes += 120;
    stage.sample.received_bytes += 400;
    stage.second(false);
  }
  EXPECT_EQ(stage.cause(), Cause::source_stalled);
}

// Of ten seconds' segments the next may be asked for in vain once or twice.
TEST(Arrival, SegmentsComeInTheirOwnTime) {
  for (const bool keeps_alive : {true, false}) {
    Stage stage;
    stage.plays_for(5);
    if (!keeps_alive) stage.sample.phase = ConnectionSample::Phase::closing;
    for (int i = 0; i < 300; ++i) {
      const bool asks = i % 15 == 9 || i % 15 == 14;
      if (asks && !keeps_alive) ++stage.sample.id;
      if (asks) stage.sample.acked_bytes += 120;
      if (asks) stage.sample.received_bytes += 400;
      if (i % 15 == 14) stage.sample.received_bytes += 400'000;
      stage.sample.unread_bytes = !keeps_alive && i % 2 == 0 ? 1 : 0;  // the server's hanging up
      stage.second(i % 15 == 14);
      EXPECT_FALSE(stage.cause()) << keeps_alive << " " << i;
    }
  }
}

// The judge hears of it before that is a fault by itself.
TEST(Arrival, APlaylistAskedForTwiceInVainIsEvidence) {
  Stage stage;
  stage.sample.phase = ConnectionSample::Phase::closing;
  stage.second(true);
  for (int i = 0; i < 2; ++i) {
    ++stage.sample.id;
    stage.sample.received_bytes = 400;
    stage.second(false);
  }
  EXPECT_EQ(stage.detector.at(stage.now).trouble, monitor::Arrival::Trouble::nothing_new);
  stage.second(true);
  EXPECT_EQ(stage.detector.at(stage.now).trouble, monitor::Arrival::Trouble::none);
}

TEST(Arrival, AServerThatDoesNotAnswerWhenAskedAgainIsStalled) {
  Stage stage;
  for (int i = 0; i < 60; ++i) {
    stage.sample.acked_bytes += 120;
    stage.sample.received_bytes += 16'000;
    stage.second(true);
  }
  stage.sample.acked_bytes += 120;
  stage.stands_for(10);
  EXPECT_EQ(stage.cause(), Cause::source_stalled);
}

TEST(Arrival, AFifoThatNobodyWritesToIsAStalledSource) {
  Stage stage;
  stage.is_there = false;
  stage.second(true);
  monitor::WaitSample waits;
  waits.reads_pipe = true;
  for (int i = 0; i < 10; ++i) {
    stage.second(false);
    stage.detector.on_waits(waits, stage.now);
    EXPECT_FALSE(stage.cause()) << i;
  }
  stage.second(false);
  EXPECT_EQ(stage.cause(), Cause::source_stalled);
}

TEST(Arrival, AFifoThatIsReadAndWrittenIsNoFault) {
  Stage stage;
  stage.is_there = false;
  monitor::WaitSample waits;
  waits.reads_pipe = true;
  for (int i = 0; i < 60; ++i) {
    stage.second(true);
    stage.detector.on_waits(waits, stage.now);
    EXPECT_FALSE(stage.cause());
  }
}

TEST(Arrival, TimeInWhichNothingRanCountsForNoFault) {
  Stage stage;
  stage.plays_for(60);
  stage.stands_for(8);
  stage.now += 60s;
  stage.detector.rebase(stage.now);
  stage.stands_for(5);
  EXPECT_FALSE(stage.cause());
}
