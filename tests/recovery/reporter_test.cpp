#include "recovery/reporter.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

using monitor::Cause;
using monitor::Verdict;

constexpr Instant start = Instant{} + 1000h;
const Verdict frozen{Cause::encoder_frozen, {"No progress for 30.0 s."}};

template <class Wanted>
std::vector<Wanted> all_of(const Step& step) {
  std::vector<Wanted> found;
  for (const Notice& notice : step.notices) {
    if (const auto* match = std::get_if<Wanted>(&notice)) found.push_back(*match);
  }
  return found;
}

TEST(Reporter, EachAnswerIsGivenOnce) {
  Reporter reporter;
  reporter.act(Launch{1, Role::primary});
  reporter.decide(DecisionKind::none, "reason");
  const Step step = reporter.take();
  EXPECT_EQ(step.actions.size(), 1U);
  EXPECT_EQ(step.notices.size(), 1U);
  EXPECT_TRUE(reporter.take().actions.empty());
}

TEST(Reporter, ADecisionIsPartOfTheOpenIncidentAndToldWithIt) {
  Reporter reporter;
  reporter.open_off_air(frozen, start, start, start + 30s);
  reporter.take();
  reporter.decide(DecisionKind::restart_ffmpeg, "frozen", 2s, 3);
  const Step step = reporter.take();
  ASSERT_EQ(all_of<Decided>(step).size(), 1U);
  EXPECT_EQ(all_of<Decided>(step)[0].attempt, 3U);
  const auto changed = all_of<IncidentChanged>(step);
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0].number, 1U);
  EXPECT_EQ(changed[0].actions, std::vector<std::string>{"restart_ffmpeg: frozen"});
  EXPECT_EQ(reporter.open_incidents()[0].actions, changed[0].actions);
}

TEST(Reporter, TheSameActionTwiceInARowChangesNothing) {
  Reporter reporter;
  reporter.open_off_air(frozen, start, start, start);
  reporter.decide(DecisionKind::wait_for_source, "missing");
  reporter.take();
  reporter.decide(DecisionKind::wait_for_source, "missing");
  const Step step = reporter.take();
  EXPECT_EQ(all_of<Decided>(step).size(), 1U);
  EXPECT_TRUE(all_of<IncidentChanged>(step).empty());
}

TEST(Reporter, AnIncidentKeepsItsNewestActions) {
  Reporter reporter;
  reporter.open_off_air(frozen, start, start, start);
  for (std::size_t i = 0; i <= Incident::actions_limit; ++i) {
    reporter.decide(DecisionKind::restart_ffmpeg, std::to_string(i));
  }
  const auto& actions = reporter.open_incidents()[0].actions;
  ASSERT_EQ(actions.size(), Incident::actions_limit);
  EXPECT_EQ(actions.front(), "restart_ffmpeg: 1");
  EXPECT_EQ(actions.back(), "restart_ffmpeg: 32");
}

TEST(Reporter, EvidenceThatIsFoundLaterIsToldOnce) {
  Reporter reporter;
  reporter.open_off_air(frozen, start, start, start);
  reporter.take();
  reporter.add_evidence("It answers 404.");
  reporter.add_evidence("It answers 404.");
  const auto changed = all_of<IncidentChanged>(reporter.take());
  ASSERT_EQ(changed.size(), 1U);
  EXPECT_EQ(changed[0].evidence, (std::vector<std::string>{frozen.evidence[0], "It answers 404."}));
}

TEST(Reporter, AWarningHasNoActions) {
  Reporter reporter;
  reporter.warn({Cause::cpu_high, false, "busy"}, {Cause::cpu_high, {"busy"}}, start, start);
  reporter.decide(DecisionKind::none, "reason");
  EXPECT_TRUE(all_of<IncidentChanged>(reporter.take()).empty());
  EXPECT_TRUE(reporter.open_incidents()[0].actions.empty());
}

TEST(Reporter, AnIncidentIsOpenedOnceAndClosedOnce) {
  Reporter reporter;
  reporter.open_off_air(frozen, start, start, start + 30s);
  reporter.open_off_air(frozen, start, start, start + 40s);
  EXPECT_EQ(all_of<IncidentOpened>(reporter.take()).size(), 1U);
  reporter.close_off_air(start + 50s);
  reporter.close_off_air(start + 60s);
  const auto closed = all_of<IncidentClosed>(reporter.take());
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].incident.resolved_at, start + 50s);
}

TEST(Reporter, AWarningIsToldOnceAndLastsAsLongAsItsFinding) {
  Reporter reporter;
  const monitor::Fault busy{Cause::cpu_high, false, "busy"};
  reporter.warn(busy, {Cause::host_cpu_throttled, {"throttled"}}, start, start);
  reporter.warn(busy, {Cause::cpu_high, {"busy"}}, start, start + 1s);
  const Step step = reporter.take();
  EXPECT_EQ(all_of<FaultDetected>(step).size(), 1U);
  EXPECT_EQ(all_of<IncidentOpened>(step).size(), 1U);
  reporter.close_warnings({busy}, start + 2s);
  EXPECT_TRUE(all_of<IncidentClosed>(reporter.take()).empty());
  reporter.close_warnings({}, start + 3s);
  EXPECT_EQ(all_of<IncidentClosed>(reporter.take()).size(), 1U);
}

TEST(Reporter, AnEscalationIsToldOnceUntilItIsResolvedOnce) {
  Reporter reporter;
  reporter.open_off_air(frozen, start, start, start);
  reporter.decide(DecisionKind::restart_ffmpeg, "frozen");
  reporter.take();
  reporter.escalate(frozen, "3 restarts did not help", 3, start);
  reporter.escalate(frozen, "again", 3, start);
  EXPECT_TRUE(reporter.is_escalated());
  const Step step = reporter.take();
  const auto escalated = all_of<Escalated>(step);
  const auto alerted = all_of<Alerted>(step);
  ASSERT_EQ(alerted.size(), 1U);
  ASSERT_EQ(escalated.size(), 1U);
  EXPECT_EQ(escalated[0].reason, "3 restarts did not help");
  EXPECT_EQ(alerted[0].actions,
            (std::vector<std::string>{"restart_ffmpeg: frozen",
                                      "escalate_alert: 3 restarts did not help"}));
  reporter.resolve();
  reporter.resolve();
  EXPECT_EQ(all_of<EscalationResolved>(reporter.take()).size(), 1U);
  EXPECT_FALSE(reporter.is_escalated());
}

TEST(Reporter, AnEscalationOfAnEarlierLifeIsNotToldAgain) {
  Reporter reporter;
  reporter.resume(true, true);
  reporter.escalate(frozen, "again", 3, start);
  EXPECT_TRUE(all_of<Escalated>(reporter.take()).empty());
  reporter.resolve();
  EXPECT_EQ(all_of<EscalationResolved>(reporter.take()).size(), 1U);
}

TEST(Reporter, OneOutageIsOneAlertWhicheverReasonComesFirst) {
  Reporter reporter;
  reporter.open_off_air(frozen, start, start, start);
  reporter.take();
  reporter.alert(frozen, "for 120 s up to now", start);
  reporter.alert(frozen, "again", start);
  const Step long_off_air = reporter.take();
  EXPECT_EQ(all_of<Alerted>(long_off_air).size(), 1U);
  EXPECT_EQ(all_of<Decided>(long_off_air).at(0).kind, DecisionKind::escalate_alert);
  EXPECT_FALSE(reporter.is_escalated()) << "recovery still tries";

  reporter.escalate(frozen, "3 restarts did not help", 3, start);
  const Step escalation = reporter.take();
  EXPECT_EQ(all_of<Escalated>(escalation).size(), 1U) << "the log has it";
  EXPECT_TRUE(all_of<Alerted>(escalation).empty());
  EXPECT_EQ(all_of<Decided>(escalation).at(0).kind, DecisionKind::none) << "nothing is delivered";

  reporter.resolve();
  reporter.resolve();
  const Step end = reporter.take();
  EXPECT_EQ(all_of<AlertResolved>(end).size(), 1U);
  EXPECT_EQ(all_of<EscalationResolved>(end).size(), 1U);
}

TEST(Reporter, AnAlertBeginsWithTheOutageAndMarksTheLatestAttempt) {
  const monitor::Verdict lost{Cause::sink_lost, {"FFmpeg ended after 44.0 s.", "It had put out."}};
  const monitor::Verdict failed{Cause::sink_unreachable, {"FFmpeg ended after 0.1 s.", "Nothing."}};
  Reporter reporter;
  reporter.open_off_air(lost, start, start - 44s, start + 1s);
  reporter.escalate(failed, "3 restarts did not help", 3, start + 12s);
  const Alerted alerted = all_of<Alerted>(reporter.take()).at(0);
  EXPECT_EQ(alerted.verdict.cause, Cause::sink_unreachable) << "the present one";
  EXPECT_EQ(alerted.verdict.evidence,
            (std::vector<std::string>{
                "It was on air until 12 s before the alert. What ended that: sink_lost.",
                "FFmpeg ended after 44.0 s.", "It had put out.",
                "The latest attempt: FFmpeg ended after 0.1 s.", "The latest attempt: Nothing."}));
}

TEST(Reporter, AnAlertOfTheFirstFailureHasNoLatestAttempt) {
  Reporter reporter;
  reporter.open_off_air(frozen, std::nullopt, start, start);
  reporter.alert(frozen, "off air", start + 2min);
  EXPECT_EQ(all_of<Alerted>(reporter.take()).at(0).verdict.evidence, frozen.evidence)
      << "and was never on air";
}

TEST(Reporter, AnAlertOfAnEarlierLifeIsNoEscalation) {
  Reporter reporter;
  reporter.resume(true, false);
  reporter.alert(frozen, "again", start);
  EXPECT_TRUE(all_of<Alerted>(reporter.take()).empty());
  EXPECT_FALSE(reporter.is_escalated());
  reporter.resolve();
  const Step end = reporter.take();
  EXPECT_EQ(all_of<AlertResolved>(end).size(), 1U);
  EXPECT_TRUE(all_of<EscalationResolved>(end).empty());
}

}  // namespace
}  // namespace recovery
