// Whose fault it is, by what the witnesses outside FFmpeg say; each case with what the source, the
// sink and the host would show in it.
#include "monitor/judge.hpp"

#include <csignal>

#include <gtest/gtest.h>

#include "monitor/diagnosis.hpp"

using namespace std::chrono_literals;
using monitor::Arrival;
using monitor::Cause;
using monitor::Confidence;
using monitor::Delivery;
using monitor::DeliveryTrouble;
using monitor::Evidence;
using monitor::Fault;
using monitor::Instant;
using monitor::Verdict;

namespace {

constexpr Instant now{1h};

Evidence advanced() {
  Evidence evidence;
  evidence.launched_at = now - 10min;
  evidence.first_advance = now - 9min;
  evidence.last_advance = now - 30s;
  evidence.delivery = Delivery{};
  evidence.arrival = Arrival{};
  return evidence;
}

Delivery delivery(DeliveryTrouble trouble) {
  return {trouble, now - 30s, "The sink is in trouble."};
}

Arrival arrival(Arrival::Trouble trouble) {
  return {trouble, now - 30s, "The source is in trouble."};
}

Verdict verdict_on(const Evidence& evidence, Cause fault, bool off_air = true) {
  return diagnose(evidence, Fault{fault, off_air, "A finding."}, now, true);
}

bool says(const Verdict& verdict, const std::string& text) {
  for (const std::string& sentence : verdict.evidence) {
    if (sentence.find(text) != std::string::npos) return true;
  }
  return false;
}

}  // namespace

TEST(Judge, AStandstillInAWriteToAPipeIsTheSinks) {
  Evidence evidence = advanced();
  evidence.delivery.reset();
  evidence.output_pipe = monitor::PipeStall{now - 29s, true, "The pipe is full."};
  evidence.arrival = arrival(Arrival::Trouble::silent);
  const Verdict verdict = verdict_on(evidence, Cause::encoder_frozen);
  EXPECT_EQ(verdict.cause, Cause::sink_stalled);
  EXPECT_TRUE(says(verdict, "The pipe is full."));
  evidence.output_pipe->has_reader = false;
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_frozen).cause, Cause::sink_unreachable);
}

TEST(Judge, AWriteThatHasJustBegunToWaitExplainsNoStandstill) {
  Evidence evidence = advanced();
  evidence.output_pipe = monitor::PipeStall{now - 1s, true, "The pipe is full."};
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_frozen).cause, Cause::encoder_frozen);
}

TEST(Judge, DroppedDatagramsShowThatTheSourceDelivers) {
  Evidence evidence = advanced();
  evidence.has_input_backlog = true;
  evidence.arrival->losses = "The kernel has dropped 7 datagrams.";
  const Verdict verdict = verdict_on(evidence, Cause::encoder_frozen);
  EXPECT_EQ(verdict.cause, Cause::encoder_frozen);
  EXPECT_TRUE(says(verdict, "dropped 7"));
}

TEST(Judge, AStandstillWithASinkThatDoesNotReadIsTheSinks) {
  Evidence evidence = advanced();
  evidence.delivery = delivery(DeliveryTrouble::not_read);
  evidence.has_input_backlog = true;
  const Verdict verdict = verdict_on(evidence, Cause::encoder_frozen);
  EXPECT_EQ(verdict.cause, Cause::sink_stalled);
  EXPECT_EQ(verdict.confidence, Confidence::high);
  EXPECT_TRUE(says(verdict, "The sink is in trouble."));
  EXPECT_TRUE(says(verdict, "The source delivers"));
}

TEST(Judge, StatisticsThatFellSilentAgreeWithASinkThatDoesNotRead) {
  Evidence evidence = advanced();
  evidence.delivery = delivery(DeliveryTrouble::not_read);
  evidence.sink_report = monitor::SinkReport{};
  EXPECT_EQ(verdict_on(evidence, Cause::sink_stalled).confidence, Confidence::medium);
  evidence.sink_report->silent_for = 1s;
  EXPECT_EQ(verdict_on(evidence, Cause::sink_stalled).confidence, Confidence::high);
}

TEST(Judge, AStandstillWithASourceThatIsSilentIsTheSources) {
  Evidence evidence = advanced();
  evidence.arrival = arrival(Arrival::Trouble::silent);
  const Verdict verdict = verdict_on(evidence, Cause::encoder_frozen);
  EXPECT_EQ(verdict.cause, Cause::source_stalled);
  EXPECT_EQ(verdict.confidence, Confidence::high) << "the sink has an alibi";
}

TEST(Judge, AStandstillInWhichBothEndsAreInOrderIsTheEncoders) {
  Evidence evidence = advanced();
  evidence.has_input_backlog = true;
  const Verdict verdict = verdict_on(evidence, Cause::encoder_frozen);
  EXPECT_EQ(verdict.cause, Cause::encoder_frozen);
  EXPECT_EQ(verdict.confidence, Confidence::high);
}

TEST(Judge, AStandstillThatNoWitnessExplainsIsTheEncodersWithoutConfidence) {
  Evidence evidence = advanced();
  evidence.delivery.reset();
  evidence.arrival.reset();
  const Verdict verdict = verdict_on(evidence, Cause::encoder_frozen);
  EXPECT_EQ(verdict.cause, Cause::encoder_frozen);
  EXPECT_EQ(verdict.confidence, Confidence::low);
}

TEST(Judge, AStoppedProcessIsNotExplainedByItsConnections) {
  Evidence evidence = advanced();
  evidence.sample = monitor::ProcessSample{.state = 'T'};
  evidence.arrival = arrival(Arrival::Trouble::silent);
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_frozen).cause, Cause::encoder_frozen);
}

TEST(Judge, AStandstillUnderAQuotaThatDeniesHalfTheTimeIsTheHosts) {
  Evidence evidence = advanced();
  evidence.throttled_share = 0.7;
  const Verdict verdict = verdict_on(evidence, Cause::encoder_frozen);
  EXPECT_EQ(verdict.cause, Cause::host_cpu_throttled);
  EXPECT_TRUE(says(verdict, "kept it from running 70 % of the time"));
}

TEST(Judge, SlownessIsTheSinksTheHostsOrTheEncodersOwn) {
  Evidence evidence = advanced();
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_slow, false).cause, Cause::encoder_slow);
  evidence.throttled_share = 0.3;
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_slow, false).cause, Cause::host_cpu_throttled);
  evidence.delivery = delivery(DeliveryTrouble::too_slow);
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_slow, false).cause, Cause::sink_stalled);
}

TEST(Judge, AnFfmpegThatHasReadAllIsHeldBackByItsSourceWhateverTheSinksWindowIs) {
  Evidence evidence = advanced();
  evidence.waits_for_source = true;
  evidence.sample.emplace();
  evidence.sample->cpus_allowed = 2;
  evidence.delivery = delivery(DeliveryTrouble::not_read);
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_slow, false).cause, Cause::source_stalled);
  evidence.delivery->send_queue_held = true;
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_slow, false).cause, Cause::sink_stalled);
  evidence.delivery = Delivery{};
  evidence.throttled_share = 0.3;
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_slow, false).cause, Cause::host_cpu_throttled);
}

TEST(Judge, ASinkThatIsLostIsNotSaidToTakeAllData) {
  Evidence evidence = advanced();
  evidence.delivery = Delivery{};
  evidence.exit = monitor::ExitStatus{.code = 224, .signal = {}};
  const Verdict lost = diagnose(evidence, {}, now, true);
  EXPECT_EQ(lost.cause, Cause::sink_lost);
  EXPECT_FALSE(says(lost, "The sink takes all data"));
  evidence.exit = monitor::ExitStatus{.code = 69, .signal = {}};
  EXPECT_TRUE(says(diagnose(evidence, {}, now, true), "The sink takes all data"));
}

TEST(Judge, ASilentSourceDoesNotExplainTheEndOfACommandWithoutProgress) {
  Evidence evidence = advanced();
  evidence.arrival = arrival(Arrival::Trouble::silent);
  evidence.exit = monitor::ExitStatus{.code = 1, .signal = {}};
  EXPECT_EQ(diagnose(evidence, {}, now, false).cause, Cause::encoder_failed);
  EXPECT_EQ(diagnose(evidence, {}, now, true).cause, Cause::source_stalled);
}

TEST(Judge, WordsAboutSomebodyElseDoNotOverruleAWitness) {
  Evidence evidence = advanced();
  evidence.delivery = delivery(DeliveryTrouble::not_read);
  remember(evidence, {{.cause = Cause::source_ended, .retryable = true, .rank = 60},
                      "Will reconnect at 0",
                      now - 29s});
  EXPECT_EQ(verdict_on(evidence, Cause::sink_stalled).cause, Cause::sink_stalled);
}

TEST(Judge, AKillForWantOfMemoryIsTheHosts) {
  Evidence evidence = advanced();
  evidence.exit = monitor::ExitStatus{.code = {}, .signal = SIGKILL};
  EXPECT_EQ(diagnose(evidence, std::nullopt, now, true).cause, Cause::encoder_crashed);
  evidence.oom_kills_before = 3;
  evidence.host.emplace().oom_kills = 3;
  EXPECT_EQ(diagnose(evidence, std::nullopt, now, true).cause, Cause::encoder_crashed);
  evidence.host->oom_kills = 4;
  const Verdict verdict = diagnose(evidence, std::nullopt, now, true);
  EXPECT_EQ(verdict.cause, Cause::host_out_of_memory);
  EXPECT_TRUE(says(verdict, "from 3 to 4"));
}

TEST(Judge, AnEndWithoutAWordIsExplainedByTheEndThatWasInTrouble) {
  Evidence evidence = advanced();
  evidence.exit = monitor::ExitStatus{.code = 1, .signal = {}};
  EXPECT_EQ(diagnose(evidence, std::nullopt, now, true).cause, Cause::encoder_failed);
  evidence.delivery = delivery(DeliveryTrouble::path_silent);
  EXPECT_EQ(diagnose(evidence, std::nullopt, now, true).cause, Cause::sink_lost);
}

TEST(Judge, TheEvidenceIsBounded) {
  Evidence evidence = advanced();
  evidence.delivery = delivery(DeliveryTrouble::not_read);
  evidence.arrival = arrival(Arrival::Trouble::silent);
  evidence.throttled_share = 1;
  evidence.sink_report = monitor::SinkReport{true, true, 5, "The server says so."};
  evidence.sample = monitor::ProcessSample{};
  for (int i = 0; i < 10; ++i) {
    remember(evidence, {{.cause = Cause::sink_lost, .retryable = true, .rank = 60},
                        "line " + std::to_string(i),
                        now - 1s});
  }
  EXPECT_LE(verdict_on(evidence, Cause::encoder_frozen).evidence.size(), monitor::evidence_limit);
}

TEST(Judge, AStandstillInTheMidstOfDamagedInputIsTheSources) {
  Evidence evidence = advanced();
  evidence.corrupt_at = evidence.last_advance - 1s;
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_frozen).cause, Cause::source_corrupt);
  evidence.corrupt_at = evidence.last_advance - 60s;
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_frozen).cause, Cause::encoder_frozen);
}

TEST(Judge, ASourceThatFellSilentLongAfterTheOutputStoodIsNotToBlame) {
  Evidence evidence = advanced();
  evidence.arrival =
      Arrival{Arrival::Trouble::silent, now - 200ms, "Nothing has arrived for 0.2 s."};
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_frozen).cause, Cause::encoder_frozen);
}

TEST(Judge, AnEncoderThatUsesAllItsCpuAndPutsNothingOutIsSlow) {
  Evidence evidence;
  evidence.launched_at = evidence.last_advance = now - 30s;
  evidence.sample = monitor::ProcessSample{.state = 'R', .cpu_percent = 195, .cpus_allowed = 2};
  EXPECT_EQ(verdict_on(evidence, Cause::encoder_frozen).cause, Cause::encoder_slow);
}
