#include "monitor/detectors/outputs.hpp"

#include <gtest/gtest.h>

#include "monitor/diagnosis.hpp"
#include "monitor/ffmpeg/output_match.hpp"
#include "monitor/ffmpeg/sign_reader.hpp"
#include "monitor/watch.hpp"

namespace monitor {
namespace {

using namespace std::chrono_literals;

constexpr Instant start{1000s};
constexpr std::uint32_t first = 1, second = 2, either = 3;

Output leg(const std::string& name, Output::Link link = Output::Link::lasting) {
  return {.name = name, .link = link, .may_be_missing = true};
}

ConnectionSample connection(std::uint64_t id, std::uint32_t outputs,
                            std::uint64_t acked_bytes = 9000) {
  ConnectionSample sample;
  sample.id = id;
  sample.side = Side::output;
  sample.outputs = outputs;
  sample.peer = "10.0.0.1:1935";
  sample.acked_bytes = acked_bytes;
  return sample;
}

Sign slave_failed(std::uint8_t output) {
  return {.cause = Cause::sink_lost,
          .retryable = true,
          .rank = 100,
          .output = output,
          .gives_up_leg = true};
}

class OutputsTest : public testing::Test {
 protected:
  std::vector<Fault> see(const ConnectionSamples& all, Duration after) {
    outputs.on_connections(all, start + after);
    return outputs.check(start + after);
  }
  OutputState state(std::size_t number, Duration after) const {
    return outputs.readings(start + after)[number].state;
  }
  void advance() { outputs.on_advance(start); }

  OutputsDetector outputs{{leg("a"), leg("b")}, 10s};
};

TEST_F(OutputsTest, OneThatNeverConnectsIsAWarningThatNamesIt) {
  advance();
  EXPECT_TRUE(see({connection(1, first)}, 9s).empty());
  const auto faults = see({connection(1, first)}, 10s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].output, "b");
  EXPECT_EQ(faults[0].cause, Cause::sink_unreachable);
  EXPECT_FALSE(faults[0].off_air);
  EXPECT_EQ(faults[0].since, start);
  EXPECT_EQ(faults[0].sentence, "Output b has had no connection in 10.0 s of output.");
  EXPECT_EQ(state(0, 10s), OutputState::on_air);
  EXPECT_EQ(state(1, 10s), OutputState::lost);
}

// The kernel of a server that hangs takes the connection and the first bytes.
TEST(Outputs, AServerThatSpeaksFirstHasToAnswer) {
  Output rtmp = leg("a");
  rtmp.awaits_answer = true;
  OutputsDetector outputs({rtmp}, 10s);
  outputs.on_advance(start);
  outputs.on_connections({connection(1, first)}, start + 9s);
  EXPECT_FALSE(outputs.is_connected());
  outputs.on_connections({connection(1, first)}, start + 10s);
  const auto faults = outputs.check(start + 10s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].cause, Cause::sink_unreachable);
  EXPECT_EQ(faults[0].sentence,
            "The server of output a took the connection and has not answered in 10.0 s of output.");
  ConnectionSample answered = connection(1, first);
  answered.received_bytes = 3073;
  outputs.on_connections({answered}, start + 11s);
  EXPECT_TRUE(outputs.is_connected());
}

// However short it lasted: that exemption is of segments only.
TEST_F(OutputsTest, OneThatIsGoneWithinSecondsIsLost) {
  advance();
  see({connection(1, first), connection(2, second)}, 1s);
  see({connection(1, first)}, 5s);
  EXPECT_EQ(state(1, 5s), OutputState::lost);
  EXPECT_EQ(outputs.deadline(start + 5s), start + 15s);
  const auto faults = see({connection(1, first)}, 15s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].output, "b");
  EXPECT_EQ(faults[0].cause, Cause::sink_lost);
  EXPECT_TRUE(see({connection(1, first), connection(3, second)}, 16s).empty());
}

TEST_F(OutputsTest, WithNoneLeftTheStreamIsOffAir) {
  advance();
  see({connection(1, first), connection(2, second)}, 1s);
  EXPECT_TRUE(outputs.is_connected());
  see({}, 2s);
  EXPECT_FALSE(outputs.is_connected());
  const auto faults = see({}, 12s);
  ASSERT_EQ(faults.size(), 2U);
  EXPECT_TRUE(faults[0].off_air);
}

TEST_F(OutputsTest, WithoutARequiredOneTheStreamIsOffAir) {
  Output required = leg("b");
  required.required = true;
  outputs = OutputsDetector({leg("a"), required}, 10s);
  advance();
  EXPECT_TRUE(see({connection(1, first)}, 1s).empty());
  EXPECT_FALSE(outputs.is_connected());
  EXPECT_TRUE(see({connection(1, first)}, 10s).at(0).off_air);
}

TEST_F(OutputsTest, BeforeTheFirstOutputNothingIsMissing) {
  EXPECT_TRUE(see({}, 60s).empty());
  EXPECT_EQ(state(0, 60s), OutputState::starting);
}

TEST_F(OutputsTest, WithoutTheKernelsViewNothingIsMissing) {
  advance();
  EXPECT_TRUE(outputs.check(start + 60s).empty());
  EXPECT_EQ(outputs.deadline(start), never);
  EXPECT_EQ(state(0, 60s), OutputState::on_air);
}

// It could not put anything out: the view is that of a wrapper, or behind a proxy.
TEST_F(OutputsTest, OneThatMustConnectFirstIsNotMissedUnlessItWasSeen) {
  Output plain = leg("a");
  plain.may_be_missing = false;
  outputs = OutputsDetector({plain}, 10s);
  advance();
  EXPECT_TRUE(see({}, 60s).empty());
  see({connection(1, first)}, 61s);
  see({}, 62s);
  EXPECT_EQ(see({}, 72s).size(), 1U);
}

TEST_F(OutputsTest, FfmpegsOwnWordIsEnoughAtOnce) {
  advance();
  see({connection(1, first), connection(2, second)}, 1s);
  outputs.on_sign(slave_failed(1), start + 2s);
  const auto faults = outputs.check(start + 2s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].output, "b");
  EXPECT_FALSE(faults[0].off_air);
}

// Which of two at one server a connection serves is known by their order, and by what FFmpeg says.
TEST_F(OutputsTest, TwoAtOneServerAreToldApart) {
  advance();
  see({connection(1, either), connection(2, either)}, 1s);
  EXPECT_EQ(outputs.name_of(1), "a");
  EXPECT_EQ(outputs.name_of(2), "b");
  see({connection(2, either)}, 2s);
  EXPECT_EQ(outputs.name_of(2), "b");
  outputs.on_sign(slave_failed(0), start + 2s);
  EXPECT_EQ(outputs.check(start + 2s).at(0).output, "a");
}

TEST_F(OutputsTest, TheOneThatFfmpegGaveUpHasNoConnection) {
  outputs.on_sign(slave_failed(0), start);
  advance();
  const auto faults = see({connection(1, either)}, 1s);
  EXPECT_EQ(outputs.name_of(1), "b");
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].output, "a");
}

TEST_F(OutputsTest, AnAddressThatIsNoneOfTheirsMayBeAnys) {
  advance();
  see({connection(1, 0), connection(2, 0)}, 1s);
  EXPECT_TRUE(see({connection(1, 0), connection(2, 0)}, 60s).empty());
}

TEST_F(OutputsTest, SegmentsAreExemptAndJudgedByFfmpegsWords) {
  outputs = OutputsDetector({leg("hls", Output::Link::by_part), leg("a")}, 10s);
  advance();
  EXPECT_TRUE(see({connection(1, second)}, 60s).empty());
  Sign refused{.cause = Cause::sink_rejected, .retryable = true, .rank = 110, .output = 0};
  outputs.on_sign(refused, start + 60s);
  EXPECT_TRUE(outputs.check(start + 60s).empty());
  outputs.on_sign(refused, start + 62s);
  const auto faults = outputs.check(start + 62s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].cause, Cause::sink_rejected);
  EXPECT_EQ(faults[0].output, "hls");
  EXPECT_FALSE(faults[0].off_air);
  EXPECT_TRUE(outputs.check(start + 92s).empty()) << "none for 30 s";
}

TEST_F(OutputsTest, WhatIsDeliveredIsCountedForEach) {
  outputs = OutputsDetector({leg("a"), leg("file", Output::Link::none)}, 10s);
  see({connection(1, first, 1000)}, 1s);
  see({connection(1, first, 3000)}, 2s);
  see({connection(2, first, 500)}, 3s);
  EXPECT_EQ(outputs.delivered_bytes(0), 3500U);
  EXPECT_EQ(outputs.delivered_bytes(1), std::nullopt);
}

TEST_F(OutputsTest, AFileThatGoesOnIsNoListener) {
  outputs = OutputsDetector({leg("a"), leg("file", Output::Link::none)}, 10s);
  advance();
  EXPECT_TRUE(see({}, 10s).at(0).off_air);
  EXPECT_TRUE(outputs.goes_on_elsewhere(start + 10s));
}

TEST_F(OutputsTest, WhatCannotBeSeenIsSaid) {
  Output udp = leg("h", Output::Link::none);
  udp.unseen = "no receiver acknowledges it";
  outputs = OutputsDetector({udp}, 10s);
  EXPECT_EQ(outputs.unseen(),
            std::vector<std::string>{"Output h cannot be seen: no receiver acknowledges it."});
}

// ---------------------------------------------------------------------------- FFmpeg's lines

const Endpoints tee{
    .inputs = {"in.mp3"}, .outputs = {"rtmp://one/live/k", "rtmp://two/live/k"}, .tees = {0}};

std::optional<Sign> read(const Endpoints& endpoints, std::string_view line) {
  return SignReader(endpoints).read(parse_log_line(line), false);
}

TEST(OutputMatch, ALegIsNamedByItsNumber) {
  const auto sign = read(
      tee, "[tee @ 0x5] [error] Slave muxer #1 failed: Broken pipe, continuing with 1/2 slaves.");
  ASSERT_TRUE(sign);
  EXPECT_EQ(sign->output, 1);
  EXPECT_TRUE(sign->gives_up_leg);
  Endpoints two = tee;
  two.tees = {0, 1};
  EXPECT_EQ(read(two,
                 "[tee @ 0x5] [error] Slave muxer #1 failed: Broken pipe, continuing with 1/2 "
                 "slaves.")
                ->output,
            std::nullopt)
      << "of which tee it is, is not said";
}

TEST(OutputMatch, ALineIsAboutTheOutputItNames) {
  const auto refused = read(
      tee,
      "[tcp @ 0x5] [error] Connection to tcp://two:1935?tcp_nodelay=0 failed: Connection refused");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->output, 1);
  EXPECT_FALSE(refused->gives_up_leg);
}

TEST(OutputMatch, AConnectionMayServeEachAtItsAddress) {
  const Endpoints endpoints{
      .inputs = {},
      .outputs = {"rtmp://10.0.0.1/a/k", "rtmp://10.0.0.1:1936/a/k", "rtmp://name/a/k"}};
  EXPECT_EQ(outputs_of(connection(1, 0), endpoints), 0b101U) << "a name may be any address";
}

// ---------------------------------------------------------------------------- in the watch

TEST(WatchOutputs, AVerdictOnASinkNamesTheOutput) {
  Watch watch(Limits{}, true, start, {leg("one"), leg("two")});
  watch.on_sign(*read(tee,
                      "[tcp @ 0x5] [error] Connection to tcp://two:1935 failed: Connection "
                      "refused"),
                "refused", start + 1s);
  watch.on_exit({1, std::nullopt});
  EXPECT_EQ(diagnose(watch.evidence(), std::nullopt, start + 1s, true).output, "two");
}

TEST(WatchOutputs, ALossIsJudgedOnceAndForEach) {
  Watch watch(Limits{}, true, start, {leg("one"), leg("two")});
  Progress block;
  for (int i = 1; i <= 40; ++i) {
    block.frame = i * 25;
    watch.on_progress(block, start + i * 1s);
    ConnectionSamples all{connection(1, first, 1000 + i)};
    if (i < 20) all.push_back(connection(2, either & ~first, 1000 + i));
    watch.on_observation(all, start + i * 1s);
  }
  const auto faults = watch.check(start + 40s);
  ASSERT_EQ(faults.size(), 1U);
  EXPECT_EQ(faults[0].output, "two");
  EXPECT_EQ(diagnose(watch.evidence(), faults[0], start + 40s, true).output, "two");
  EXPECT_EQ(watch.readings(start + 40s).outputs[1].state, OutputState::lost);
}

}  // namespace
}  // namespace monitor
