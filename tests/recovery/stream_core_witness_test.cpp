// What the witnesses outside FFmpeg see, as a user notices it: whose fault it is called, when it
// began, and what is done about it.

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;
using monitor::ConnectionSample;
using monitor::ContentMark;
using monitor::Side;

class WitnessTest : public testing::Test {
 protected:
  static StreamCore::Command with_source() {
    StreamCore::Command command;
    command.source_can_be_probed = true;
    command.has_fallback = true;
    return command;
  }

  // A second of FFmpeg's life: its block, and what the kernel and the control group say.
  Step second() {
    Step all = stand.wait(1s);
    if (advances) {
      Stand::append(all, stand.block());
      if (reads) acked += rate;
      const double taken = reads ? 0 : std::min(rate, window);
      window = reads ? 65e3 : window - taken;
      if (!reads) acked += taken;
      pile += reads ? -pile : rate - taken;
    }
    if (source_sends) received += rate;
    Stand::append(all, witnesses());
    return all;
  }
  Step witnesses() {
    Step all =
        stand.send(Observed{stand.generation(), monitor::ConnectionSamples{input(), output()}});
    Stand::append(all, stand.send(Observed{stand.generation(), host}));
    return all;
  }
  Step seconds(int count) {
    Step all;
    for (int i = 0; i < count; ++i) Stand::append(all, second());
    return all;
  }
  // Until the core asks for something.
  Step seconds_until_stop(int limit) {
    Step all;
    for (int i = 0; i < limit && stand.state() != State::stopping; ++i) {
      Stand::append(all, second());
    }
    return all;
  }
  // On air for a while, with all ends in order.
  void be_well() {
    stand.on_air();
    seconds(20);
  }
  // The next child is on air, its connections are new.
  void be_back() {
    stand.launched();
    ++life;
    acked = received = pile = 0;
    window = 65e3;
    reads = advances = source_sends = true;
    stand.block();
    seconds(3);
  }

  ConnectionSample input() const {
    ConnectionSample sample;
    sample.id = 2 * life + 1;
    sample.side = Side::input;
    sample.peer = "source:8000";
    sample.received_bytes = static_cast<std::uint64_t>(received);
    return sample;
  }
  ConnectionSample output() const {
    ConnectionSample sample;
    sample.id = 2 * life;
    sample.side = Side::output;
    sample.peer = "sink:1935";
    sample.received_bytes = 3000;
    sample.acked_bytes = static_cast<std::uint64_t>(acked);
    sample.unsent_bytes = static_cast<std::uint64_t>(pile);
    sample.peer_window_bytes = static_cast<std::uint64_t>(window);
    return sample;
  }

  static Incident only_incident(const Step& step) {
    const auto opened = notices<IncidentOpened>(step);
    EXPECT_EQ(opened.size(), 1U);
    return opened.empty() ? Incident{} : opened.front().incident;
  }

  Stand stand{steady_policy(), with_source()};
  bool reads = true, advances = true, source_sends = true;
  double rate = 16e3;  // bytes a second: 128 kbit/s
  double acked = 0, received = 0, pile = 0, window = 65e3;
  std::uint64_t life = 1;
  monitor::HostSample host;
};

// ---------------------------------------------------------------------------- sink

TEST_F(WitnessTest, AHungSinkIsRestartedAlthoughFfmpegGoesOn) {
  be_well();
  reads = false;
  const Instant hung_at = stand.now;
  const Step step = seconds_until_stop(30);
  EXPECT_EQ(actions(step), "TERM");
  EXPECT_LE(stand.now - hung_at, 12s) << "sink_stall_timeout and two samples";
  EXPECT_EQ(only_incident(step).cause, Cause::sink_stalled);
}

TEST_F(WitnessTest, WhatAHungSinkDidNotReadWasNotGood) {
  be_well();
  reads = false;
  const Instant hung_at = stand.now;
  const Incident incident = only_incident(seconds_until_stop(30));
  EXPECT_GE(incident.last_good_at, hung_at);
  EXPECT_LE(incident.last_good_at, hung_at + 2s);
}

TEST_F(WitnessTest, AHungSinkSpendsAnAttemptAndTheIncidentIsOverWhenTheNextIsOnAir) {
  be_well();
  reads = false;
  seconds_until_stop(30);
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
  EXPECT_EQ(stand.core.status().attempts, 1U);
  be_back();
  EXPECT_TRUE(stand.core.open_incidents().empty());
}

// The kernel of a hung server accepts the next child's connection and its first bytes.
TEST_F(WitnessTest, AfterAHungSinkOutputAloneDoesNotMeanOnAir) {
  be_well();
  reads = false;
  seconds_until_stop(30);
  stand.exited(code(255));
  stand.launched();
  ConnectionSample silent = output();
  silent.id = 99;
  silent.received_bytes = 0;
  silent.acked_bytes = 3000;
  stand.send(Observed{stand.generation(), monitor::ConnectionSamples{silent}});
  stand.block();
  EXPECT_EQ(stand.state(), State::starting);
  EXPECT_FALSE(stand.core.open_incidents().empty());
}

TEST_F(WitnessTest, ASinkThatReadsAgainInTimeIsNoFault) {
  be_well();
  reads = false;
  seconds(8);
  reads = true;
  EXPECT_TRUE(notices<IncidentOpened>(seconds(60)).empty());
  EXPECT_EQ(stand.state(), State::on_air);
}

// One worker of several, a redirected name, counts that come each few seconds.
TEST_F(WitnessTest, StatisticsAccuseNoSinkWhoseKernelAcknowledges) {
  be_well();
  for (int i = 0; i < 12; ++i) {
    const bool is_shown = i < 2;
    stand.send(Observed{stand.generation(), monitor::SinkReport{true, is_shown, 1000, "stat"}});
    EXPECT_TRUE(notices<IncidentOpened>(seconds(5)).empty());
  }
  EXPECT_EQ(stand.state(), State::on_air);
}

TEST_F(WitnessTest, StatisticsFromBeforeTheFirstOutputAccuseNobody) {
  stand.starting();
  for (int i = 0; i < 5; ++i) {
    stand.send(
        Observed{stand.generation(), monitor::SinkReport{true, false, {}, "nobody publishes"}});
    stand.wait(5s);
  }
  Step all = stand.block();
  Stand::append(all, second());
  EXPECT_TRUE(notices<IncidentOpened>(all).empty());
  EXPECT_EQ(stand.state(), State::on_air);
}

// ---------------------------------------------------------------------------- source

TEST_F(WitnessTest, ASilentSourceLeadsToWaitingForItAndTheFallback) {
  be_well();
  source_sends = advances = false;
  const Instant silent_at = stand.now;
  const Incident incident = only_incident(seconds_until_stop(30));
  EXPECT_EQ(incident.cause, Cause::source_stalled);
  EXPECT_LE(stand.now - silent_at, 12s);
  EXPECT_EQ(actions(stand.exited(code(255))), "source?");
  EXPECT_EQ(stand.state(), State::waiting_for_source);
  EXPECT_EQ(stand.core.status().attempts, 0U);
  EXPECT_EQ(actions(stand.source_probed(false)), "fallback");
}

TEST_F(WitnessTest, ASourceIsNotSilentWhileFfmpegPutsOut) {
  be_well();
  source_sends = false;  // between two segments
  EXPECT_TRUE(notices<IncidentOpened>(seconds(60)).empty());
}

// A slide each few seconds: a look, with the credentials, after each would tell nothing.
TEST_F(WitnessTest, WhileItsOnlyInputDeliversNobodyLooksHoweverFewTheFrames) {
  be_well();
  Step all;
  for (int i = 0; i < 10; ++i) {
    advances = i % 2 == 0;
    Stand::append(all, advances ? second() : seconds(9));
  }
  EXPECT_EQ(actions(all), "");
  advances = source_sends = false;
  EXPECT_EQ(actions(seconds(8)), "source?") << "nothing comes any more";
}

TEST_F(WitnessTest, BytesThatFfmpegHasNotReadClearTheSource) {
  be_well();
  advances = false;
  Step all;
  for (int i = 0; i < 40 && stand.state() == State::on_air; ++i) {
    Stand::append(all, stand.wait(1s));
    ConnectionSample waiting = input();
    waiting.unread_bytes = 100'000;
    Stand::append(all, stand.send(Observed{stand.generation(),
                                           monitor::ConnectionSamples{waiting, output()}}));
  }
  EXPECT_EQ(only_incident(all).cause, Cause::encoder_frozen);
}

// Only a look that proves the lost input to be a live one makes its end a fault; one that was
// overtaken is about an earlier time.
TEST_F(WitnessTest, AnOvertakenLookProvesNothingOfALostInput) {
  for (const bool overtaken : {true, false}) {
    stand.now += 1h;
    overtaken ? be_well() : be_back();
    Step all;
    for (int i = 0; i < 40 && stand.state() == State::on_air; ++i) {
      Stand::append(all, stand.wait(1s));
      Stand::append(all, stand.block());
      acked += rate;
      Stand::append(all,
                    stand.send(Observed{stand.generation(), monitor::ConnectionSamples{output()}}));
      const std::uint64_t number = stand.source_asked + (overtaken ? 1000 : 0);
      if (i == 5) {
        Stand::append(all, stand.send(SourceProbed{number,
                                                   {.answer = monitor::LookAnswer::missing,
                                                    .cause = Cause::source_missing,
                                                    .sentence = "404"}}));
      }
    }
    EXPECT_EQ(stand.state() == State::on_air, overtaken);
  }
}

// ---------------------------------------------------------------------------- host

TEST_F(WitnessTest, AKillForWantOfMemoryIsTheHostsFault) {
  host.oom_kills = 3;
  be_well();
  host.oom_kills = 4;
  witnesses();
  EXPECT_EQ(only_incident(stand.exited(by_signal(SIGKILL))).cause, Cause::host_out_of_memory);
}

TEST_F(WitnessTest, AnotherKillIsACrash) {
  host.oom_kills = 3;
  be_well();
  EXPECT_EQ(only_incident(stand.exited(by_signal(SIGKILL))).cause, Cause::encoder_crashed);
}

TEST_F(WitnessTest, AFullDiskIsNoticedAtOnce) {
  be_well();
  Step all = stand.send(Observed{
      stand.generation(), std::vector<monitor::SpaceSample>{{"/out", 0, 1'000'000'000'000, {}}}});
  Stand::append(all, stand.wait(1s));
  EXPECT_EQ(actions(all), "TERM");
  EXPECT_EQ(only_incident(all).cause, Cause::host_disk_full);
}

TEST_F(WitnessTest, ADiskThatFillsUpIsAWarningUntilThereIsRoom) {
  be_well();
  const monitor::SpaceSample low{"/out", 100'000'000, 1'000'000'000'000, {}};
  Step all = stand.send(Observed{stand.generation(), std::vector<monitor::SpaceSample>{low}});
  Stand::append(all, seconds(5));
  EXPECT_FALSE(only_incident(all).off_air);
  EXPECT_EQ(stand.state(), State::on_air);
  const monitor::SpaceSample roomy{"/out", 500'000'000'000, 1'000'000'000'000, {}};
  EXPECT_EQ(notices<IncidentClosed>(
                stand.send(Observed{stand.generation(), std::vector<monitor::SpaceSample>{roomy}}))
                .size(),
            1U);
}

TEST_F(WitnessTest, SlownessThatTurnsOutToBeTheQuotaStaysOneIncident) {
  host.throttled = 0s;
  be_well();
  Step all;
  for (int i = 0; i < 120; ++i) {
    // Slow from the start; the quota shows only later.
    if (i > 60) *host.throttled += 400ms;
    Stand::append(all, stand.wait(1s));
    Stand::append(all, stand.block(600ms));
    acked += rate;
    received += rate;
    Stand::append(all, witnesses());
  }
  std::size_t slow = 0;
  for (const IncidentOpened& opened : notices<IncidentOpened>(all)) {
    slow += opened.incident.raised_by == Cause::encoder_slow;
  }
  EXPECT_EQ(slow, 1U);
  EXPECT_TRUE(notices<IncidentClosed>(all).empty());
}

TEST_F(WitnessTest, SlownessUnderAQuotaIsTheHostsFault) {
  host.throttled = 0s;
  be_well();
  Step all;
  for (int i = 0; i < 60; ++i) {
    *host.throttled += 300ms;
    Stand::append(all, stand.wait(1s));
    Stand::append(all, stand.block(700ms));
    acked += rate;
    received += rate;
    Stand::append(all, witnesses());
  }
  EXPECT_EQ(only_incident(all).cause, Cause::host_cpu_throttled);
}

// ---------------------------------------------------------------------------- content

class ContentTest : public WitnessTest {
 protected:
  explicit ContentTest(monitor::OnDeadAir action = monitor::OnDeadAir::alert,
                       StreamCore::Command command = with_source()) {
    monitor::Limits limits;
    limits.content.silence.emplace();
    limits.content.action = action;
    stand.core = StreamCore(steady_policy(), limits, command, 1);
  }
  Step silence(bool begins) {
    Step all = stand.send(
        Observed{stand.generation(), monitor::ContentMark{ContentMark::Kind::silence, begins, 30}});
    Stand::append(all, seconds(1));
    return all;
  }
};

TEST_F(ContentTest, SilenceIsAnIncidentOfTheSourceAndNoMore) {
  be_well();
  const Step step = silence(true);
  EXPECT_EQ(only_incident(step).cause, Cause::source_silent);
  EXPECT_EQ(actions(step), "");
  EXPECT_EQ(notices<IncidentClosed>(silence(false)).size(), 1U);
}

class ContentRestartTest : public ContentTest {
 protected:
  ContentRestartTest() : ContentTest(monitor::OnDeadAir::restart) {}
};

TEST_F(ContentRestartTest, SilenceRestartsWhereThatIsAskedFor) {
  be_well();
  const Step step = silence(true);
  EXPECT_EQ(actions(step), "TERM");
  EXPECT_EQ(only_incident(step).cause, Cause::source_silent);
  EXPECT_TRUE(only_incident(step).off_air);
}

class ContentFallbackTest : public ContentTest {
 protected:
  static StreamCore::Command without_fallback() {
    StreamCore::Command command = with_source();
    command.has_fallback = false;
    return command;
  }
  explicit ContentFallbackTest(StreamCore::Command command = with_source())
      : ContentTest(monitor::OnDeadAir::fallback, command) {}
  // Of the fallback.
  Step play(int count) {
    Step all;
    for (int i = 0; i < count && stand.state() == State::fallback; ++i) {
      Stand::append(all, stand.wait(1s));
      if (stand.state() == State::fallback) Stand::append(all, stand.block());
    }
    return all;
  }
};

TEST_F(ContentFallbackTest, SilenceMakesWayForTheFallbackAndCostsNoAttempt) {
  be_well();
  EXPECT_EQ(actions(silence(true)), "TERM");
  const Step step = stand.exited(code(255));
  EXPECT_EQ(actions(step), "fallback");
  stand.launched();
  stand.block();
  EXPECT_EQ(stand.state(), State::fallback);
  EXPECT_EQ(stand.core.status().attempts, 0U);
  EXPECT_FALSE(stand.core.status().escalated);
}

TEST_F(ContentFallbackTest, ThePrimaryIsTriedAgainAfterACooldown) {
  be_well();
  silence(true);
  stand.exited(code(255));
  stand.launched();
  EXPECT_EQ(actions(play(59)).find("TERM"), std::string::npos);
  EXPECT_NE(actions(play(3)).find("TERM"), std::string::npos);
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
}

TEST_F(ContentFallbackTest, AFallbackThatIsWrongGivesTheAirBackAtOnce) {
  be_well();
  silence(true);
  stand.exited(code(255));
  EXPECT_EQ(actions(stand.send(LaunchFailed{stand.generation(), ENOENT})), "");
  EXPECT_EQ(actions(stand.send(Tick{})), "launch");
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

class NoFallbackTest : public ContentFallbackTest {
 protected:
  NoFallbackTest() : ContentFallbackTest(without_fallback()) {}
};

TEST_F(NoFallbackTest, WithoutAFallbackSilenceIsToldOnly) {
  be_well();
  EXPECT_EQ(actions(silence(true)), "");
}

// ---------------------------------------------------------------------------- switched off

class SwitchedOffTest : public WitnessTest {
 protected:
  SwitchedOffTest() {
    Policy policy = steady_policy();
    policy.enabled = false;
    stand.core = StreamCore(policy, {}, with_source(), 1);
  }
};

TEST_F(SwitchedOffTest, AHungSinkIsToldAndLeftAlone) {
  be_well();
  reads = false;
  const Step step = seconds(60);
  EXPECT_EQ(actions(step).find("TERM"), std::string::npos);
  EXPECT_EQ(only_incident(step).cause, Cause::sink_stalled);
  EXPECT_EQ(notices<Escalated>(step).size(), 1U);
}

TEST_F(SwitchedOffTest, AHungSinkIsNotOnAirAgainBecauseFfmpegGoesOn) {
  be_well();
  reads = false;
  const Step step = seconds(60);
  EXPECT_TRUE(notices<CameOnAir>(step).empty());
  EXPECT_TRUE(notices<IncidentClosed>(step).empty());
  EXPECT_NE(stand.state(), State::on_air);
}

TEST_F(SwitchedOffTest, TheIncidentIsOverWhenTheSinkReadsAgain) {
  be_well();
  reads = false;
  seconds(30);
  reads = true;
  const Step step = seconds(10);
  EXPECT_EQ(notices<IncidentClosed>(step).size(), 1U);
  EXPECT_EQ(stand.state(), State::on_air);
}

}  // namespace
}  // namespace recovery::test
