// FFmpeg lives and waits itself: for a connection, or for the first byte on one.

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;
using monitor::ConnectionSample;
using monitor::ConnectionSamples;

ConnectionSample connection(monitor::Side side, std::uint64_t acked_bytes = 0) {
  ConnectionSample sample;
  sample.id = 7;
  sample.side = side;
  sample.peer = "10.0.0.1:1935";
  sample.acked_bytes = acked_bytes;
  if (side == monitor::Side::output) sample.received_bytes = 3000;
  return sample;
}

class WaitingTest : public testing::Test {
 protected:
  explicit WaitingTest(const StreamCore::Command& command = {}) : stand(steady_policy(), command) {}
  void sees(const ConnectionSamples& samples) { stand.send(Observed{stand.generation(), samples}); }
  static StreamCore::Command listener() {
    StreamCore::Command command;
    command.source_listens = true;
    return command;
  }

  Stand stand;
};

TEST_F(WaitingTest, AListenerIsLeftInPlaceForAsLongAsItTakes) {
  stand = Stand(steady_policy(), listener());
  stand.starting();
  const Step step = stand.wait(9min);
  EXPECT_EQ(actions(step), "");
  EXPECT_EQ(stand.state(), State::waiting_for_source);
  EXPECT_TRUE(stand.core.status().pid);
  EXPECT_EQ(stand.core.status().attempts, 0U);
  ASSERT_EQ(stand.core.open_incidents().size(), 1U);
  EXPECT_EQ(stand.core.open_incidents().front().cause, Cause::source_missing);
}

TEST_F(WaitingTest, ItEscalatesAsAMissingSourceDoesAndIsNotEnded) {
  Policy policy = steady_policy();
  policy.on_exhausted = OnExhausted::exit;
  stand = Stand(policy, listener());
  stand.starting();
  const Step step = stand.wait(1h);
  EXPECT_EQ(notices<Escalated>(step).size(), 1U);
  EXPECT_EQ(actions(step), "");
  EXPECT_EQ(stand.state(), State::waiting_for_source);
}

// Once it has called FFmpeg goes on to its outputs: a server that hangs there is no wait for a
// call.
TEST_F(WaitingTest, AServerThatHangsBehindAListenerIsTheSinks) {
  for (const Duration called_after : {Duration(29s), Duration(5min)}) {
    stand = Stand(steady_policy(), listener());
    stand.starting();
    stand.wait(called_after);
    sees({connection(monitor::Side::input), connection(monitor::Side::output)});
    EXPECT_EQ(actions(stand.wait(20s)), "") << "a start as any other";
    EXPECT_EQ(stand.state(), State::starting);
    Step step;
    for (int i = 0; i < 15; ++i) {
      Stand::append(step, stand.wait(1s));
      sees({connection(monitor::Side::input), connection(monitor::Side::output)});
    }
    EXPECT_EQ(stand.state(), State::stopping);
  }
}

TEST_F(WaitingTest, ItIsOnAirWithTheFirstOutput) {
  stand = Stand(steady_policy(), listener());
  stand.starting();
  stand.wait(5min);
  const Step step = stand.block();
  EXPECT_EQ(stand.state(), State::on_air);
  EXPECT_EQ(notices<IncidentClosed>(step).size(), 1U);
}

TEST_F(WaitingTest, ARequestIsObeyedMeanwhile) {
  stand = Stand(steady_policy(), listener());
  stand.starting();
  stand.wait(5min);
  EXPECT_EQ(actions(stand.restart()), "TERM");
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
  stand.launched();
  stand.wait(5min);
  EXPECT_EQ(actions(stand.shut_down()), "TERM");
  EXPECT_EQ(actions(stand.exited(code(255))), "end 0");
}

TEST_F(WaitingTest, AListenerThatHasPutOutIsFrozenLikeAnyOther) {
  stand = Stand(steady_policy(), listener());
  stand.on_air();
  EXPECT_EQ(signals(stand.wait(31s)).size(), 1U);
}

TEST_F(WaitingTest, WhoWaitsForAReceiverIsLeftInPlaceToo) {
  StreamCore::Command command;
  command.sink_listens = true;
  stand = Stand(steady_policy(), command);
  stand.starting();
  EXPECT_EQ(actions(stand.wait(9min)), "");
  EXPECT_EQ(stand.state(), State::waiting_for_receiver);
  EXPECT_EQ(stand.core.status().verdict->cause, Cause::sink_unreachable);
}

TEST_F(WaitingTest, WhoListensForAReceiverAndLacksItsSourceWaitsForThat) {
  StreamCore::Command command;
  command.sink_listens = true;
  stand = Stand(steady_policy(), command);
  stand.starting();
  for (int second = 0; second < 40; ++second) {
    monitor::WaitSample sleeps;
    sleeps.is_known = sleeps.reads_pipe = true;
    stand.send(Observed{stand.generation(), sleeps});
    EXPECT_EQ(actions(stand.wait(1s)), "");
  }
  EXPECT_EQ(stand.state(), State::waiting_for_source);
  EXPECT_EQ(stand.core.status().verdict->cause, Cause::source_stalled);
  EXPECT_EQ(actions(stand.wait(2h)), "") << "a listener is left in place";
}

// FFmpeg has its input, and has read the whole of a short file while it listens.
TEST_F(WaitingTest, WhoseSrtSocketListensHasItsSourceAndWaitsForAReceiver) {
  StreamCore::Command command;
  command.sink_listens = true;
  stand = Stand(steady_policy(), command);
  stand.starting();
  monitor::ConnectionSample file;
  file.id = 1;
  file.side = monitor::Side::input;
  file.received_bytes = 90'000;
  monitor::ConnectionSample listener;
  listener.id = 2;
  listener.kind = monitor::ConnectionSample::Kind::udp;
  listener.side = monitor::Side::output;
  for (int second = 0; second < 40; ++second) {
    stand.send(Observed{stand.generation(), monitor::ConnectionSamples{file, listener}});
    EXPECT_EQ(actions(stand.wait(1s)), "");
  }
  EXPECT_EQ(stand.state(), State::waiting_for_receiver);
  EXPECT_EQ(stand.core.status().verdict->cause, Cause::sink_unreachable);
}

// A publisher that has not begun yet; a half-open connection looks the same.
TEST_F(WaitingTest, ASilentSourceThatAcceptedIsReplacedRarerAndRarerWithoutAttempts) {
  std::vector<Duration> lives;
  for (int life = 0; life < 6; ++life) {
    life == 0 ? stand.start() : Step{};
    stand.launched();
    const Instant launched = stand.now;
    Step step;
    while (signals(step).empty()) {
      sees({connection(monitor::Side::input)});
      step = stand.wait(1s);
      ASSERT_LT(stand.now - launched, 1h);
    }
    lives.push_back(std::chrono::round<std::chrono::seconds>(stand.now - launched));
    EXPECT_EQ(actions(stand.exited(code(255))), "launch");
  }
  EXPECT_EQ(lives, (std::vector<Duration>{30s, 60s, 120s, 240s, 480s, 600s}));
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST_F(WaitingTest, AnEncoderThatPutsNothingOutIsNoWait) {
  stand.starting();
  EXPECT_EQ(signals(stand.wait(31s)).size(), 1U);
  EXPECT_EQ(stand.state(), State::stopping);
}

TEST_F(WaitingTest, SwitchedOffMeanwhileNothingIsDone) {
  stand.starting();
  recovery::Setup setup{steady_policy(), {}, {}};
  setup.policy.audio_stream.retry_interval = 10min;  // its patience
  stand.send(Reconfigured{setup});
  for (int i = 0; i < 40; ++i) {
    sees({connection(monitor::Side::input)});
    stand.wait(1s);
  }
  ASSERT_EQ(stand.state(), State::waiting_for_source);
  setup.policy.enabled = false;
  stand.send(Reconfigured{setup});
  EXPECT_EQ(actions(stand.wait(1h)), "");
}

class FifoTest : public WaitingTest {
 protected:
  FifoTest() : WaitingTest(fifo()) { stand.starting(); }
  static StreamCore::Command fifo() {
    StreamCore::Command command;
    command.recovers_output = command.connects_output = true;
    return command;
  }
  Step feed(int seconds, const ConnectionSamples& samples) {
    Step all;
    for (int i = 0; i < seconds; ++i) {
      sees(samples);
      Stand::append(all, stand.feed(1s));
    }
    return all;
  }
};

TEST_F(FifoTest, OutputThatNoConnectionCarriesIsNotOnAir) {
  const Step step = feed(20, {});
  EXPECT_TRUE(notices<CameOnAir>(step).empty());
  EXPECT_EQ(actions(step), "") << "its muxer connects by itself";
  EXPECT_EQ(stand.state(), State::waiting_for_receiver);
  EXPECT_EQ(stand.core.status().verdict->cause, Cause::sink_unreachable);
}

TEST_F(FifoTest, ItIsOnAirOnceAServerAcknowledges) {
  feed(20, {});
  feed(2, {connection(monitor::Side::output, 40'000)});
  EXPECT_EQ(stand.state(), State::on_air);
  EXPECT_TRUE(stand.core.open_incidents().empty());
}

TEST_F(FifoTest, WhereTheKernelShowsNoConnectionsOutputIsEnough) {
  stand.feed(4s);
  EXPECT_EQ(stand.state(), State::on_air);
}

}  // namespace
}  // namespace recovery::test
