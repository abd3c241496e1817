// A stream whose outputs are published by FFmpegs of their own: what their supervision reports
// decides with the encoder's advance what is on air, and never ends the encoder.

#include <gtest/gtest.h>

#include "recovery/published_output.hpp"
#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;
using monitor::Output;
using monitor::OutputReport;
using monitor::OutputReports;
using monitor::OutputState;

Output published(const std::string& name, bool required = false) {
  return {.name = name,
          .link = Output::Link::lasting,
          .may_be_missing = true,
          .required = required,
          .is_published = true};
}

StreamCore::Command held(std::vector<Output> outputs) {
  StreamCore::Command command;
  command.connects_output = true;
  command.outputs = std::move(outputs);
  return command;
}

class PublishedOutputsTest : public testing::Test {
 protected:
  OutputReport report(const std::string& output, OutputState state,
                      Cause cause = Cause::sink_lost) {
    const bool is_down = state == OutputState::lost || state == OutputState::stopped;
    return {.output = output,
            .state = state,
            .cause = cause,
            .sentence = is_down ? output + " is down" : "",
            .since = stand.now,
            .awaits_media = state == OutputState::waiting};
  }
  Step reports(OutputReports all) {
    return stand.send(Observed{stand.generation(), std::move(all)});
  }
  // The encoder advances, and is seen to live.
  Step encode(Duration span) {
    Step all;
    for (const Instant until = stand.now + span; stand.now < until;) {
      Stand::append(all, stand.feed(1s));
      Stand::append(all, stand.sampled('S'));
    }
    return all;
  }
  void all_on_air() {
    stand.starting();
    reports({report("a", OutputState::on_air), report("b", OutputState::on_air)});
    stand.block();
  }

  Stand stand{steady_policy(), held({published("a"), published("b")})};
};

TEST_F(PublishedOutputsTest, OnAirNeedsOneThatIsOnAir) {
  stand.starting();
  stand.block();
  EXPECT_EQ(stand.state(), State::starting);
  reports({report("a", OutputState::starting), report("b", OutputState::on_air)});
  stand.block();
  EXPECT_EQ(stand.state(), State::on_air);
}

TEST_F(PublishedOutputsTest, OneThatIsLostIsAWarningThatNamesIt) {
  all_on_air();
  const Step step = reports({report("b", OutputState::lost, Cause::sink_stalled)});
  ASSERT_EQ(notices<IncidentOpened>(step).size(), 1U);
  const Incident incident = notices<IncidentOpened>(step).front().incident;
  EXPECT_FALSE(incident.off_air);
  EXPECT_EQ(incident.cause, Cause::sink_stalled);
  EXPECT_EQ(incident.output, "b");
  EXPECT_EQ(incident.evidence, (std::vector<std::string>{"b is down"}));
  EXPECT_EQ(actions(step), "");
  EXPECT_EQ(stand.state(), State::on_air);
}

// It writes garbage, or a stream without a key frame.
TEST_F(PublishedOutputsTest, AnEncoderOfWhichNothingCanBePublishedIsReplaced) {
  stand.starting();
  Step step = stand.feed(44s);
  EXPECT_EQ(actions(step), "");
  step = stand.feed(3s);
  EXPECT_EQ(actions(step), "TERM");
  ASSERT_EQ(notices<IncidentOpened>(step).size(), 1U);
  EXPECT_EQ(notices<IncidentOpened>(step).front().incident.cause, Cause::encoder_failed);
}

TEST_F(PublishedOutputsTest, SoIsOneThatCeasesToBePublished) {
  all_on_air();
  encode(60s);
  reports({report("a", OutputState::waiting), report("b", OutputState::waiting)});
  EXPECT_EQ(actions(encode(44s)), "");
  EXPECT_EQ(actions(encode(3s)), "TERM");
}

TEST_F(PublishedOutputsTest, WhatHasNotBegunIsNoFaultWhileAnythingIsPublished) {
  all_on_air();
  reports({report("a", OutputState::starting)});
  EXPECT_EQ(actions(encode(300s)), "");
  reports({report("a", OutputState::starting), report("b", OutputState::starting)});
  EXPECT_EQ(actions(encode(300s)), "") << "they connect, however long that takes";
  reports({report("a", OutputState::waiting), report("b", OutputState::waiting)});
  encode(30s);
  reports({report("b", OutputState::on_air)});
  reports({report("b", OutputState::waiting)});
  EXPECT_EQ(actions(encode(44s)), "") << "it counts from the last that was published";
}

TEST_F(PublishedOutputsTest, WithoutAnyTheEncoderWaitsAndIsNotEnded) {
  all_on_air();
  const Step step = reports({report("a", OutputState::lost), report("b", OutputState::lost)});
  EXPECT_EQ(stand.state(), State::waiting_for_receiver);
  EXPECT_EQ(signals(step).size(), 0U);
  for (int i = 0; i < 600; ++i) {
    stand.block();
    ASSERT_EQ(actions(stand.wait(1s)), "");
  }
  EXPECT_EQ(stand.state(), State::waiting_for_receiver);
  reports({report("a", OutputState::on_air)});
  stand.block();
  EXPECT_EQ(stand.state(), State::on_air);
}

TEST_F(PublishedOutputsTest, WithoutARequiredOneItIsOffAir) {
  stand = Stand{steady_policy(), held({published("a", true), published("b")})};
  all_on_air();
  reports({report("a", OutputState::lost)});
  EXPECT_EQ(stand.state(), State::waiting_for_receiver);
}

TEST_F(PublishedOutputsTest, ItEscalatesOnceWhenTheRestartsOfAnOutputDidNotHelp) {
  all_on_air();
  OutputReport lost = report("a", OutputState::lost);
  reports({lost, report("b", OutputState::lost)});
  lost.is_exhausted = true;
  EXPECT_EQ(notices<Escalated>(reports({lost})).size(), 1U);
  EXPECT_EQ(notices<Escalated>(reports({lost})).size(), 0U);
}

TEST_F(PublishedOutputsTest, WrongCommandsOfAllEndTheStreamWhereItNeverWasOnAir) {
  stand.starting();
  stand.block();
  reports({report("a", OutputState::stopped, Cause::command_invalid)});
  EXPECT_EQ(stand.state(), State::starting);
  const Step step = reports({report("b", OutputState::stopped, Cause::command_invalid)});
  EXPECT_EQ(actions(step), "TERM");
  EXPECT_EQ(actions(stand.exited(code(255))), "end 78");
}

TEST_F(PublishedOutputsTest, AnOutputWithAnotherCommandKeepsTheStreamFromEndingForTheOld) {
  stand.starting();
  stand.block();
  EXPECT_EQ(actions(reports({report("a", OutputState::stopped, Cause::command_invalid),
                             report("b", OutputState::stopped, Cause::command_invalid)})),
            "TERM");
  reports({report("b", OutputState::starting)});
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
}

TEST_F(PublishedOutputsTest, AWrongCommandOfOneLeavesTheOthers) {
  all_on_air();
  const Step step = reports({report("b", OutputState::stopped, Cause::command_invalid)});
  EXPECT_EQ(stand.state(), State::on_air);
  ASSERT_EQ(notices<IncidentOpened>(step).size(), 1U);
  EXPECT_EQ(notices<IncidentOpened>(step).front().incident.output, "b");
}

TEST_F(PublishedOutputsTest, OneThatIsStoppedAsAskedIsNoIncident) {
  all_on_air();
  const Step step = reports({report("b", OutputState::stopped, Cause::stop_requested)});
  EXPECT_TRUE(notices<IncidentOpened>(step).empty());
  EXPECT_EQ(stand.state(), State::on_air);
}

TEST(RequiredOutput, OneThatIsStoppedAsAskedIsNotMissing) {
  Stand stand(steady_policy(), held({published("a"), published("b", true)}));
  const auto report = [&](const char* output, OutputState state) {
    return OutputReport{
        .output = output, .state = state, .cause = Cause::stop_requested, .since = stand.now};
  };
  const auto tell = [&](OutputReports all) {
    return stand.send(Observed{stand.generation(), std::move(all)});
  };
  stand.starting();
  tell({report("a", OutputState::on_air), report("b", OutputState::on_air)});
  stand.block();
  const Step step = tell({report("b", OutputState::stopped)});
  EXPECT_TRUE(notices<IncidentOpened>(step).empty());
  EXPECT_EQ(stand.state(), State::on_air);
  // … nor when the encoder begins anew.
  stand.exited(code(1));
  stand.launched();
  tell({report("a", OutputState::on_air), report("b", OutputState::stopped)});
  stand.block();
  EXPECT_EQ(stand.state(), State::on_air);
}

TEST_F(PublishedOutputsTest, ADeadEncoderIsRestartedAsEver) {
  all_on_air();
  EXPECT_EQ(actions(stand.exited(by_signal(SIGKILL))), "launch");
  stand.launched();
  reports({report("a", OutputState::waiting)});
  stand.block();
  EXPECT_EQ(stand.state(), State::starting);
  reports({report("a", OutputState::on_air)});
  stand.block();
  EXPECT_EQ(stand.state(), State::on_air);
}

TEST_F(PublishedOutputsTest, PublishersThatTakeLongToConnectDoNotEndTheEncoder) {
  stand.starting();
  reports({report("a", OutputState::starting), report("b", OutputState::starting)});
  for (int i = 0; i < 60; ++i) {
    ASSERT_EQ(actions(stand.wait(1s)), "");
    ASSERT_EQ(actions(stand.block()), "");
  }
  EXPECT_EQ(stand.state(), State::starting);
  reports({report("a", OutputState::on_air)});
  stand.block();
  EXPECT_EQ(stand.state(), State::on_air);
}

class ReloadedOutputsTest : public PublishedOutputsTest {
 protected:
  // The encoder's command is the same.
  Step reload(std::vector<Output> outputs) {
    return stand.send(Reconfigured{recovery::Setup{steady_policy(), {}, held(std::move(outputs))}});
  }
};

TEST_F(ReloadedOutputsTest, OneThatIsLostAndLeavesIsNoIncidentAnyMore) {
  all_on_air();
  reports({report("b", OutputState::lost)});
  ASSERT_EQ(stand.core.open_incidents().size(), 1U);
  const Step step = reload({published("a")});
  EXPECT_EQ(notices<IncidentClosed>(step).size(), 1U);
  EXPECT_EQ(actions(step), "");
  EXPECT_EQ(stand.state(), State::on_air);
}

TEST_F(ReloadedOutputsTest, OneThatIsLostAndBecomesRequiredTakesTheStreamOffAir) {
  all_on_air();
  reports({report("b", OutputState::lost)});
  EXPECT_EQ(actions(reload({published("a"), published("b", true)})), "");
  EXPECT_EQ(stand.state(), State::waiting_for_receiver);
}

TEST_F(ReloadedOutputsTest, OneThatIsNewIsReportedOnWithoutAnotherEncoder) {
  all_on_air();
  reload({published("c"), published("a"), published("b")});
  const Step step = reports({report("c", OutputState::lost)});
  ASSERT_EQ(notices<IncidentOpened>(step).size(), 1U);
  EXPECT_EQ(notices<IncidentOpened>(step).front().incident.output, "c");
  EXPECT_EQ(stand.state(), State::on_air);
  reports({report("a", OutputState::lost), report("b", OutputState::lost)});
  EXPECT_EQ(stand.state(), State::waiting_for_receiver) << "those from before keep their reports";
}

// ---------------------------------------------------------------------------- a publisher's core

TEST(Publisher, IsNotJudgedWhileNothingComesToIt) {
  Stand publisher;
  publisher.on_air();
  publisher.send(InputIdle{true});
  EXPECT_EQ(actions(publisher.wait(10min)), "");
  publisher.send(InputIdle{false});
  EXPECT_EQ(actions(publisher.wait(29s)), "");
  EXPECT_EQ(actions(publisher.wait(2s)), "TERM");
}

TEST(Publisher, IsNotJudgedEitherWhereItWasLaunchedMeanwhile) {
  Stand publisher;
  publisher.on_air();
  publisher.send(InputIdle{true});
  EXPECT_EQ(actions(publisher.exited(by_signal(SIGSEGV))), "launch");
  publisher.launched();
  EXPECT_EQ(actions(publisher.wait(10min)), "");
}

TEST(Publisher, IsReportedByItsState) {
  Status status;
  EXPECT_EQ(report_on("a", status, false, {}).state, OutputState::starting) << "not launched yet";
  const OutputReport before = report_on("a", status, false, {}, true);
  EXPECT_EQ(before.state, OutputState::stopped) << "before its first launch, as asked";
  EXPECT_EQ(before.cause, Cause::stop_requested);
  status.generation = 1;
  EXPECT_EQ(report_on("a", status, false, {}).state, OutputState::stopped);
  status.state = State::starting;
  EXPECT_EQ(report_on("a", status, false, {}).state, OutputState::starting);
  status.state = State::on_air;
  EXPECT_EQ(report_on("a", status, false, {}).state, OutputState::on_air);
  EXPECT_EQ(report_on("a", status, true, {}).state, OutputState::waiting);
  status.state = State::cooling_down;
  status.verdict = monitor::Verdict{Cause::sink_rejected, {"403"}};
  const OutputReport lost = report_on("a", status, true, {});
  EXPECT_EQ(lost.state, OutputState::lost);
  EXPECT_EQ(lost.cause, Cause::sink_rejected);
  EXPECT_EQ(lost.sentence, "Output a: 403");
  status.verdict->evidence = {"It ended.", "FFmpeg logged: \"refused\"", "More."};
  EXPECT_EQ(report_on("a", status, true, {}).sentence,
            "Output a: It ended. FFmpeg logged: \"refused\"");
}

}  // namespace
}  // namespace recovery::test
