#include "recovery/sink_wait.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

using monitor::Cause;
using monitor::Verdict;

constexpr Instant start = Instant{} + 1000h;

TEST(SinkWait, ANameInUseIsLeftTimeToSettle) {
  SinkWait sink(true);
  EXPECT_EQ(sink.settled(0s), 0s);
  sink.on_end(true);
  EXPECT_EQ(sink.settled(0s), SinkWait::settle_time);
  EXPECT_EQ(sink.settled(10s), 10s);
  sink.on_end(false);
  EXPECT_EQ(sink.settled(0s), 0s);
}

TEST(SinkWait, AMissingSinkThatIsThereIsBack) {
  SinkWait sink(true);
  sink.begin(true, 5s, start);
  EXPECT_EQ(sink.deadline(), start);
  EXPECT_TRUE(sink.take(true, 5s, start));
}

TEST(SinkWait, OneThatIsThereAndRefusesIsNotProbedOften) {
  SinkWait sink(true);
  sink.begin(false, 5s, start);
  EXPECT_TRUE(sink.accept(sink.begin_probe(start), start));
  EXPECT_FALSE(sink.take(true, 5s, start));
  EXPECT_EQ(sink.deadline(), start + 5s);
}

TEST(SinkWait, OneThatWasSeenMissingByAProbeIsBackWhenItIsThere) {
  SinkWait sink(true);
  sink.begin(false, 5s, start);
  EXPECT_TRUE(sink.accept(sink.begin_probe(start), start));
  EXPECT_FALSE(sink.take(false, 5s, start));
  EXPECT_LE(sink.deadline(), start + SinkWait::between_connections);
  EXPECT_TRUE(sink.take(true, 5s, start + 1s));
}

TEST(SinkWait, AnotherWaitOfTheSameOutageProbesNoOftenerUntilItIsOnAir) {
  const auto probes_of_a_wait = [](SinkWait& sink, Instant from) {
    int probes = 0;
    sink.begin(true, 5s, from);
    for (Instant now = from; now < from + 4s; now = std::max(now, sink.deadline()), ++probes) {
      EXPECT_TRUE(sink.accept(sink.begin_probe(now), now));
      EXPECT_FALSE(sink.take(false, 5s, now));
    }
    return probes;
  };
  SinkWait sink(true);
  EXPECT_GE(probes_of_a_wait(sink, start), 18);
  EXPECT_LE(probes_of_a_wait(sink, start + 60s), 6);
  sink.on_air();
  EXPECT_GE(probes_of_a_wait(sink, start + 90s), 18);
}

TEST(SinkWait, ASinkThatWasToBlameNeedsProof) {
  SinkWait sink(true);
  EXPECT_FALSE(sink.needs_proof(std::nullopt));
  EXPECT_TRUE(sink.needs_proof(Verdict{Cause::sink_stalled, {}}));
  EXPECT_FALSE(sink.needs_proof(Verdict{Cause::encoder_crashed, {}}));
}

TEST(SinkWait, ThatOfAnotherCommandDoesNotUntilItWasOnAir) {
  SinkWait sink(true);
  sink.on_other_command();
  EXPECT_FALSE(sink.needs_proof(Verdict{Cause::sink_stalled, {}}));
  sink.on_air();
  EXPECT_TRUE(sink.needs_proof(Verdict{Cause::sink_stalled, {}}));
}

TEST(SinkWait, WhatCannotBeProbedIsNeverDue) {
  SinkWait sink(false);
  sink.begin(true, 5s, start);
  EXPECT_EQ(sink.deadline(), monitor::never);
}

}  // namespace
}  // namespace recovery
