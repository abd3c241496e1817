#include "monitor/detectors/datagrams.hpp"

#include <gtest/gtest.h>

#include "monitor/detectors/arrival.hpp"

using namespace std::chrono_literals;
using monitor::ArrivalDetector;
using monitor::Cause;
using monitor::ConnectionSample;
using monitor::ConnectionSamples;
using monitor::Instant;
using monitor::WaitSample;

namespace {

// FFmpeg that reads from UDP sockets; a sample of each kind a second.
class Stage {
 public:
  Stage() {
    socket.id = 5;
    socket.kind = ConnectionSample::Kind::udp;
    socket.side = monitor::Side::input;
    socket.local = "0.0.0.0:5000";
    waits.is_known = true;
  }
  void has_receiver() { waits.receivers = {{41, 100}}; }
  // As udp:// does: its thread empties the queue at once.
  void comes() {
    for (auto& receiver : waits.receivers) ++receiver.wakeups;
  }
  void second(bool advances) {
    now += 1s;
    ConnectionSamples all = others;
    all.push_back(socket);
    detector.on_connections(all, now);
    detector.on_waits(waits, now);
    if (advances) detector.on_advance(now);
  }
  void plays_for(int seconds) {
    for (int i = 0; i < seconds; ++i) {
      comes();
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

  ConnectionSample socket;
  ConnectionSamples others;
  WaitSample waits;
  Instant now{1h};
  ArrivalDetector detector{10s, now};
};

}  // namespace

TEST(Datagrams, AReceiverThatDoesNotWakeIsAStalledSource) {
  Stage stage;
  stage.has_receiver();
  stage.plays_for(60);
  stage.stands_for(9);
  EXPECT_FALSE(stage.cause());
  stage.stands_for(1);
  ASSERT_EQ(stage.cause(), Cause::source_stalled);
  EXPECT_EQ(stage.detector.check(stage.now)->sentence,
            "Nothing has come by UDP at 0.0.0.0:5000 for 10.0 s: FFmpeg's thread that receives it "
            "has not woken.");
}

// The thread goes on emptying the queue into FFmpeg's own buffer.
TEST(Datagrams, AReceiverThatWakesRulesTheSourceOutThoughItsQueueIsEmpty) {
  Stage stage;
  stage.has_receiver();
  stage.plays_for(60);
  for (int i = 0; i < 60; ++i) {
    stage.comes();
    stage.second(false);
    EXPECT_FALSE(stage.cause());
  }
}

TEST(Datagrams, OfTwoReceiversTheSilentOneHoldsUpTheOther) {
  Stage stage;
  stage.waits.receivers = {{41, 100}, {42, 7}};
  stage.plays_for(60);
  for (int i = 0; i < 10; ++i) {
    ++stage.waits.receivers[0].wakeups;
    stage.second(false);
  }
  EXPECT_EQ(stage.cause(), Cause::source_stalled);
}

TEST(Datagrams, WithoutAReceiverAQueueThatIsAlwaysEmptyIsAStalledSource) {
  Stage stage;
  stage.plays_for(60);
  stage.stands_for(9);
  EXPECT_FALSE(stage.cause());
  stage.stands_for(1);
  ASSERT_EQ(stage.cause(), Cause::source_stalled);
  EXPECT_EQ(stage.detector.check(stage.now)->sentence,
            "Nothing has come by UDP at 0.0.0.0:5000 for 10.0 s: the receive queue was empty each "
            "time, FFmpeg has read all of it.");
}

// It looks at the socket ten times a second, and is seen at work now and then.
TEST(Datagrams, AnInstantInWhichNoThreadSleepsDoesNotBeginTheSilenceAnew) {
  Stage stage;
  stage.plays_for(60);
  stage.stands_for(5);
  stage.waits.is_known = false;
  stage.stands_for(1);
  stage.waits.is_known = true;
  stage.stands_for(4);
  EXPECT_EQ(stage.cause(), Cause::source_stalled);
}

TEST(Datagrams, WhereNoThreadCanBeSeenAnEmptyQueueProvesNothing) {
  Stage stage;
  stage.waits.is_known = false;
  stage.plays_for(60);
  stage.stands_for(60);
  EXPECT_FALSE(stage.cause());
}

TEST(Datagrams, AQueueThatIsNotReadRulesTheSourceOut) {
  Stage stage;
  stage.plays_for(60);
  stage.socket.unread_bytes = 4096;
  stage.stands_for(60);
  EXPECT_FALSE(stage.cause());
  EXPECT_TRUE(stage.detector.has_backlog());
  EXPECT_EQ(stage.detector.at(stage.now).losses, "");
}

TEST(Datagrams, DropsRuleTheSourceOutAndAreNamed) {
  Stage stage;
  stage.socket.drops = 1000;  // of an earlier time
  stage.plays_for(60);
  EXPECT_EQ(stage.detector.at(stage.now).losses, "");
  for (int i = 0; i < 21; ++i) {
    stage.socket.drops += 50;
    stage.second(false);
  }
  EXPECT_FALSE(stage.cause());
  EXPECT_TRUE(stage.detector.has_backlog());
  EXPECT_EQ(stage.detector.at(stage.now).losses,
            "The source delivers: the kernel has dropped 1050 datagrams in 20.0 s, as FFmpeg does "
            "not read them in time.");
  stage.plays_for(11);
  EXPECT_EQ(stage.detector.at(stage.now).losses, "");
}

TEST(Datagrams, PausesOfASourceWhoseOutputGoesOnAreNoFault) {
  Stage stage;
  stage.has_receiver();
  stage.plays_for(10);
  for (int i = 0; i < 120; ++i) {
    stage.second(true);
    EXPECT_FALSE(stage.cause());
  }
}

TEST(Datagrams, BurstsThatAreFurtherApartThanASampleAreNoFault) {
  Stage stage;
  stage.has_receiver();
  stage.plays_for(10);
  for (int i = 0; i < 120; ++i) {
    if (i % 8 == 0) stage.comes();
    stage.second(i % 8 == 0);
    EXPECT_FALSE(stage.cause());
  }
}

// RTSP over UDP: its connection only controls.
TEST(Datagrams, AConnectionThatOnlyControlsIsNoStream) {
  Stage stage;
  ConnectionSample control;
  control.id = 6;
  control.side = monitor::Side::input;
  control.peer = "10.0.0.9:554";
  control.received_bytes = 2000;
  stage.others = {control};
  stage.plays_for(60);
  stage.socket.unread_bytes = 50'000;
  stage.stands_for(60);
  EXPECT_FALSE(stage.cause()) << "the stream waits to be read";
  EXPECT_TRUE(stage.detector.has_backlog());
}

TEST(Datagrams, BeforeTheFirstOutputTheyAreOnlyWaitedFor) {
  Stage stage;
  stage.has_receiver();
  stage.stands_for(60);
  EXPECT_FALSE(stage.cause());
  const monitor::Arrival arrival = stage.detector.at(stage.now);
  EXPECT_EQ(arrival.trouble, monitor::Arrival::Trouble::silent);
  EXPECT_TRUE(arrival.is_connected);
}

TEST(Datagrams, TimeInWhichNothingRanCountsForNoFault) {
  Stage stage;
  stage.has_receiver();
  stage.plays_for(60);
  stage.stands_for(8);
  stage.now += 60s;
  stage.detector.rebase(stage.now);
  stage.stands_for(5);
  EXPECT_FALSE(stage.cause());
}
