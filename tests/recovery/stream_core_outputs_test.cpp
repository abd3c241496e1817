// A stream of several outputs, and FFmpeg goes on without one of them.

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;
using monitor::ConnectionSample;
using monitor::Output;

Output output(const std::string& name, Output::Link link = Output::Link::lasting) {
  return {.name = name, .link = link, .may_be_missing = link == Output::Link::lasting};
}

class OutputsTest : public testing::Test {
 protected:
  static StreamCore::Command tee(std::vector<Output> outputs = {output("a"), output("b")}) {
    StreamCore::Command command;
    command.connects_output = true;
    command.outputs = std::move(outputs);
    return command;
  }
  static Policy policy(monitor::OnWarning on_partial) {
    Policy policy = steady_policy();
    policy.on_partial = on_partial;
    return policy;
  }

  // The connections of the outputs that are given, and a block, each second.
  Step run(int seconds, const std::vector<std::size_t>& connected) {
    Step all;
    for (int second = 0; second < seconds; ++second) {
      monitor::ConnectionSamples samples;
      for (const std::size_t number : connected) samples.push_back(sample(number));
      append(all, stand.send(Observed{stand.generation(), samples}));
      append(all, stand.block());
      append(all, stand.wait(1s));
    }
    return all;
  }
  ConnectionSample sample(std::size_t number) {
    ConnectionSample sample;
    sample.id = stand.generation() * 10 + number;
    sample.side = monitor::Side::output;
    sample.outputs = std::uint32_t{1} << number;
    sample.peer = "10.0.0.1:1935";
    sample.received_bytes = 3000;
    sample.acked_bytes = ++acked;
    return sample;
  }
  static void append(Step& all, Step step) {
    std::ranges::move(step.actions, std::back_inserter(all.actions));
    std::ranges::move(step.notices, std::back_inserter(all.notices));
  }
  OutputTotal total(const std::string& name) const {
    for (const OutputTotal& total : stand.core.output_totals()) {
      if (total.name == name) return total;
    }
    return {};
  }
  void gives_up(std::uint8_t number) {
    stand.send(SignSeen{stand.generation(),
                        {.cause = Cause::sink_lost,
                         .retryable = true,
                         .rank = 100,
                         .output = number,
                         .gives_up_leg = true},
                        "Slave muxer failed"});
  }
  Step answer(const Step& step, bool available) {
    const auto looks = all_of<ProbeSink>(step.actions);
    if (looks.empty()) return {};
    return stand.send(
        SinkProbed{looks.back().number, available, "it answers", looks.back().output});
  }

  Stand stand{steady_policy(), tee()};
  std::uint64_t acked = 10'000;
};

TEST_F(OutputsTest, OnAirNeedsOneConnection) {
  stand.starting();
  stand.send(Observed{stand.generation(), monitor::ConnectionSamples{}});
  stand.block();
  EXPECT_EQ(stand.state(), State::starting);
  run(1, {0});
  EXPECT_EQ(stand.state(), State::on_air);
}

TEST_F(OutputsTest, OneThatIsClosedFromTheStartIsAWarningThatNamesIt) {
  stand.starting();
  gives_up(1);
  const Step step = run(3, {0});
  EXPECT_EQ(stand.state(), State::on_air);
  const auto opened = notices<IncidentOpened>(step);
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_FALSE(opened[0].incident.off_air);
  EXPECT_EQ(opened[0].incident.cause, Cause::sink_unreachable);
  EXPECT_EQ(opened[0].incident.output, "b");
  EXPECT_EQ(stand.core.status().verdict->output, "b");
  EXPECT_EQ(actions(step), "") << "the default is to tell";
}

TEST_F(OutputsTest, EachHasItsOwnWarning) {
  stand = Stand(steady_policy(), tee({output("a"), output("b"), output("c")}));
  stand.starting();
  run(3, {0, 1, 2});
  const Step step = run(15, {0});
  const auto opened = notices<IncidentOpened>(step);
  ASSERT_EQ(opened.size(), 2U);
  EXPECT_EQ(opened[0].incident.output, "b");
  EXPECT_EQ(opened[1].incident.output, "c");
  const Step back = run(2, {0, 2});
  ASSERT_EQ(notices<IncidentClosed>(back).size(), 1U);
  EXPECT_EQ(notices<IncidentClosed>(back)[0].incident.output, "c");
}

TEST_F(OutputsTest, WithNoneLeftItIsOffAir) {
  stand.starting();
  run(5, {0, 1});
  const Step step = run(12, {});
  EXPECT_EQ(notices<WentOffAir>(step).size(), 1U);
  EXPECT_EQ(signals(step).size(), 1U);
}

TEST_F(OutputsTest, ALostOneIsLookedAtAndFfmpegIsLaunchedOnceItIsBack) {
  stand = Stand(policy(monitor::OnWarning::restart), tee());
  stand.starting();
  gives_up(1);
  Step step = run(3, {0});
  const auto looks = all_of<ProbeSink>(step.actions);
  ASSERT_FALSE(looks.empty());
  EXPECT_EQ(looks[0].output, "b");
  EXPECT_EQ(actions(answer(step, false)), "");
  step = run(7, {0});
  step = answer(step, true);
  EXPECT_EQ(signals(step).size(), 1U);
  ASSERT_EQ(notices<Decided>(step).size(), 1U);
  EXPECT_EQ(notices<Decided>(step)[0].reason, "output b is back: it answers");
  EXPECT_EQ(notices<Decided>(step)[0].attempt, 1U);
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
  stand.launched();
  step = run(3, {0, 1});
  EXPECT_TRUE(stand.core.open_incidents().empty());
  EXPECT_EQ(total("b").restarts, 1U);
}

// A server that takes connections and not this stream must not interrupt the others each minute.
TEST_F(OutputsTest, LaunchesInVainBecomeRarer) {
  stand = Stand(policy(monitor::OnWarning::restart), tee());
  stand.starting();
  int launched = 0;
  for (int minute = 0; minute < 60; ++minute) {
    gives_up(1);
    for (int part = 0; part < 6; ++part) {
      Step step = run(10, {0});
      if (signals(answer(step, true)).empty()) continue;
      stand.exited(code(255));
      stand.launched();
      gives_up(1);
      ++launched;
    }
  }
  EXPECT_GE(launched, 4);
  EXPECT_LE(launched, 7);
}

TEST_F(OutputsTest, WhatReconnectsByItselfIsLeftToIt) {
  Output fifo = output("b");
  fifo.reconnects = true;
  stand = Stand(policy(monitor::OnWarning::restart), tee({output("a"), fifo}));
  stand.starting();
  run(3, {0, 1});
  const Step step = run(30, {0});
  EXPECT_EQ(notices<IncidentOpened>(step).size(), 1U);
  EXPECT_EQ(actions(step), "");
}

TEST_F(OutputsTest, ARecordingGoesOnWhileTheServerIsAwaited) {
  stand = Stand(steady_policy(), tee({output("a"), output("file", Output::Link::none)}));
  stand.starting();
  run(3, {0});
  gives_up(0);
  Step step = run(10, {});
  EXPECT_EQ(stand.state(), State::waiting_for_receiver);
  EXPECT_TRUE(signals(step).empty()) << "the file is not cut";
  EXPECT_TRUE(stand.core.open_incidents().front().off_air);
  EXPECT_EQ(signals(answer(step, true)).size(), 1U);
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
}

// Each look would be one more login at a camera.
TEST_F(OutputsTest, WhileItsOutputAdvancesTheSourceIsNotLookedAt) {
  StreamCore::Command command = tee();
  command.source_can_be_probed = command.recovers_output = true;
  stand = Stand(steady_policy(), command);
  stand.starting();
  run(3, {0, 1});
  const Step step = run(60, {});
  EXPECT_EQ(stand.state(), State::waiting_for_receiver);
  EXPECT_EQ(all_of<ProbeSource>(step.actions).size(), 0U);
}

TEST_F(OutputsTest, WhatIsDeliveredIsCountedOverAllLaunches) {
  stand.starting();
  run(3, {0, 1});
  const auto a = total("a").delivered_bytes, b = total("b").delivered_bytes;
  EXPECT_GT(a, 10'000U);
  stand.exited(by_signal(9));
  stand.launched();
  run(1, {0});
  EXPECT_GT(total("a").delivered_bytes, a);
  EXPECT_EQ(total("b").delivered_bytes, b);
}

}  // namespace
}  // namespace recovery::test
