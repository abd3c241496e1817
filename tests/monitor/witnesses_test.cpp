// The receiving server's statistics, the room on the disk, the control group's throttle, and what
// goes over the wires.
#include <gtest/gtest.h>

#include "monitor/detectors/reception.hpp"
#include "monitor/detectors/space.hpp"
#include "monitor/detectors/throttle.hpp"
#include "monitor/traffic.hpp"

using namespace std::chrono_literals;
using monitor::Cause;
using monitor::Instant;
using monitor::ReceptionDetector;
using monitor::SinkReport;
using monitor::SpaceDetector;
using monitor::SpaceSample;

namespace {

class ReceptionTest : public ::testing::Test {
 protected:
  void reports(SinkReport report) {
    now_ += 1s;
    detector_.on_advance(now_);
    if (kernel_) detector_.on_acknowledged(*kernel_, now_);
    detector_.on_report(report, now_);
  }
  void publisher(std::uint64_t bytes) {
    reports({.answered = true, .has_publisher = true, .received_bytes = bytes, .sentence = {}});
  }
  static SinkReport silent(monitor::Duration span) {
    SinkReport report;
    report.silent_for = span;
    return report;
  }
  std::optional<Cause> cause() const {
    const auto fault = detector_.check(now_);
    return fault ? std::optional(fault->cause) : std::nullopt;
  }

  std::optional<bool> kernel_ = false;  // it shows a connection, and new acknowledged bytes
  Instant now_{1h};
  ReceptionDetector detector_{5s};
};

constexpr std::uint64_t gigabyte = 1'000'000'000;

SpaceSample space(std::uint64_t free_bytes, std::uint64_t total_bytes,
                  std::optional<std::uint64_t> free_inodes = std::nullopt) {
  return {"/srv", free_bytes, total_bytes, free_inodes};
}

monitor::ConnectionSample connection(std::uint64_t id, monitor::Side side) {
  monitor::ConnectionSample sample;
  sample.id = id;
  sample.side = side;
  return sample;
}

}  // namespace

TEST_F(ReceptionTest, BytesThatGrowAreReceived) {
  for (std::uint64_t i = 0; i < 100; ++i) publisher(i * 1000);
  EXPECT_FALSE(cause());
  EXPECT_EQ(detector_.is_receiving(), true);
}

TEST_F(ReceptionTest, BytesThatStandWhileTheKernelSeesNoneAcknowledgedAreAStalledSink) {
  for (std::uint64_t i = 0; i < 10; ++i) publisher(i * 1000);
  for (int i = 0; i < 8; ++i) publisher(9000);
  EXPECT_FALSE(cause()) << "counts come each 5 s on some servers";
  publisher(9000);
  EXPECT_EQ(cause(), Cause::sink_stalled);
  EXPECT_TRUE(detector_.check(now_)->off_air);
  EXPECT_EQ(detector_.is_receiving(), false);
}

TEST_F(ReceptionTest, NoPublisherWhileTheKernelSeesNoneAcknowledgedIsALostSink) {
  publisher(1000);
  publisher(2000);
  for (int i = 0; i < 6; ++i) reports({true, false, {}, {}});
  EXPECT_EQ(cause(), Cause::sink_lost);
  EXPECT_TRUE(detector_.check(now_)->off_air);
}

TEST_F(ReceptionTest, WhatTheKernelSeesAcknowledgedIsReceived) {
  kernel_ = true;
  publisher(1000);
  publisher(2000);
  for (int i = 0; i < 60; ++i) reports({true, false, {}, {}});
  EXPECT_FALSE(cause()) << "nginx after a reload, one of its workers";
}

TEST_F(ReceptionTest, WhereTheKernelShowsNoConnectionItIsAWarning) {
  kernel_.reset();
  publisher(1000);
  publisher(2000);
  for (int i = 0; i < 6; ++i) reports({true, false, {}, {}});
  ASSERT_TRUE(cause());
  EXPECT_EQ(detector_.check(now_)->strength, monitor::Strength::possible);
}

TEST_F(ReceptionTest, OfAPublisherThatWasNeverShownItIsNoEvidence) {
  for (int i = 0; i < 60; ++i) reports({true, false, {}, {}});
  EXPECT_FALSE(cause());
  EXPECT_FALSE(detector_.is_receiving());
}

TEST_F(ReceptionTest, ACountThatComesEachFiveSecondsDoesNotStand) {
  kernel_.reset();
  for (std::uint64_t i = 0; i < 120; ++i) {
    publisher(i / 5 * 80'000);
    EXPECT_FALSE(cause()) << i;
    EXPECT_TRUE(i <= 5 || detector_.is_receiving() == true) << i;
  }
}

TEST_F(ReceptionTest, StatisticsThatDoNotAnswerAreNoEvidence) {
  publisher(1000);
  for (int i = 0; i < 60; ++i) reports({});
  EXPECT_FALSE(cause());
  EXPECT_FALSE(detector_.is_receiving());
}

TEST_F(ReceptionTest, AStreamThatDoesNotAdvanceIsNotTheSinksMatter) {
  publisher(1000);
  for (int i = 0; i < 60; ++i) {
    now_ += 1s;
    detector_.on_report({true, true, 1000, {}}, now_);
  }
  EXPECT_FALSE(cause());
}

TEST_F(ReceptionTest, AnotherPublisherStartsItsBytesAnew) {
  for (std::uint64_t i = 0; i < 10; ++i) publisher(i * 1000);
  publisher(500);
  EXPECT_FALSE(cause());
}

TEST_F(ReceptionTest, AServerThatAnsweredAndNowIsSilentIsSuspectedSinceItWasAsked) {
  publisher(1000);
  reports(silent(800ms));
  const Instant asked = now_ - 800ms;
  EXPECT_EQ(detector_.silent_since(), asked);
  reports(silent(900ms));
  EXPECT_EQ(detector_.silent_since(), asked) << "since the first time";
  EXPECT_FALSE(cause()) << "a suspicion is no fault";
  publisher(2000);
  EXPECT_FALSE(detector_.silent_since());
}

TEST_F(ReceptionTest, AServerThatHasNeverAnsweredMayBeAnother) {
  for (int i = 0; i < 10; ++i) reports(silent(1s));
  EXPECT_FALSE(detector_.silent_since());
}

TEST_F(ReceptionTest, AServerThatRefusesIsNotSilent) {
  publisher(1000);
  reports(silent(1s));
  reports({});
  EXPECT_FALSE(detector_.silent_since());
}

TEST_F(ReceptionTest, SilenceWhileNothingRanCountsForNoFault) {
  publisher(1000);
  reports(silent(1s));
  detector_.rebase();
  EXPECT_FALSE(detector_.silent_since());
}

TEST(Space, NothingLeftIsOffAir) {
  SpaceDetector detector;
  detector.on_space({space(0, gigabyte, 5)}, Instant{1h});
  const auto fault = detector.check(Instant{1h});
  ASSERT_TRUE(fault);
  EXPECT_EQ(fault->cause, Cause::host_disk_full);
  EXPECT_TRUE(fault->off_air);
  EXPECT_EQ(fault->sentence, "0.0 MB of 1000 MB are left at /srv.");
}

TEST(Space, NoInodeLeftIsOffAir) {
  SpaceDetector detector;
  detector.on_space({space(gigabyte, gigabyte, 0)}, Instant{1h});
  EXPECT_TRUE(detector.check(Instant{1h})->off_air);
}

TEST(Space, LittleLeftIsAWarning) {
  SpaceDetector detector;
  detector.on_space({space(gigabyte / 10, 50 * gigabyte)}, Instant{1h});
  const auto fault = detector.check(Instant{1h});
  ASSERT_TRUE(fault);
  EXPECT_FALSE(fault->off_air);
}

TEST(Space, ASmallFileSystemWithRoomIsNoFault) {
  SpaceDetector detector;
  detector.on_space({space(40'000'000, 64'000'000)}, Instant{1h});
  EXPECT_FALSE(detector.check(Instant{1h}));
}

TEST(Throttle, IsTheShareOfTheLastSeconds) {
  monitor::Throttle throttle;
  monitor::HostSample sample;
  for (int i = 0; i < 60; ++i) {
    sample.throttled = i < 20 ? 0ms : (i - 19) * 400ms;
    throttle.on_host(sample, Instant{1h} + i * 1s);
  }
  EXPECT_NEAR(throttle.share(), 0.4, 0.01);
}

TEST(Throttle, IsNothingWhereItIsNotKnown) {
  monitor::Throttle throttle;
  for (int i = 0; i < 30; ++i) throttle.on_host({}, Instant{1h} + i * 1s);
  EXPECT_EQ(throttle.share(), 0);
}

TEST(Traffic, GrowsOverConnectionsAndNeverFalls) {
  monitor::Traffic traffic;
  monitor::ConnectionSample sink = connection(1, monitor::Side::output);
  monitor::ConnectionSample source = connection(2, monitor::Side::input);
  sink.acked_bytes = 100;
  source.received_bytes = 10;
  traffic.on_connections({sink, source});
  sink.acked_bytes = 250;
  sink.retransmits = 3;
  traffic.on_connections({sink, source});
  traffic.on_connections({});
  monitor::ConnectionSample next = connection(3, monitor::Side::output);
  next.acked_bytes = 50;
  traffic.on_connections({next});
  EXPECT_EQ(traffic.delivered_bytes(), 300U);
  EXPECT_EQ(traffic.received_bytes(), 10U);
  EXPECT_EQ(traffic.retransmits(), 3U);
}
