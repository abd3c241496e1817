#include "recovery/restart_planner.hpp"

#include <gtest/gtest.h>

namespace recovery {
namespace {

using monitor::Cause;
using monitor::Verdict;
using Kind = Plan::Kind;

const Verdict crashed{Cause::encoder_crashed, {"FFmpeg was ended by signal 11."}};
const Verdict missing{Cause::source_missing, {"the mount is not there"}};
const Verdict unreachable{Cause::sink_unreachable, {"connection refused"}};

class RestartPlannerTest : public testing::Test {
 protected:
  RestartPlannerTest() {
    setup.policy.restart_delay.jitter = 0;
    setup.command.source_can_be_probed = setup.command.sink_can_be_probed = true;
    planner.emplace(setup, 1);
    planner->on_launch(now);
    now += 1s;
  }
  RestartPlanner::Context context() { return {setup, reporter, now}; }
  Plan fault(const Verdict& of, bool name_in_use = false, bool advanced = true,
             bool aired = false) {
    verdict = of;
    plan = planner->after_fault(
        of, {.name_in_use = name_in_use, .advanced = advanced, .aired = aired}, context());
    return plan;
  }
  static SourceProbed answer(std::uint64_t number, bool available) {
    using monitor::LookAnswer;
    return {number,
            {.answer = available ? LookAnswer::delivers : LookAnswer::missing,
             .cause = Cause::source_missing,
             .sentence = "an answer"}};
  }
  // Of a probe that is asked for now.
  std::optional<Plan> source(bool available) {
    const SourceProbed probed = answer(asked<ProbeSource>(), available);
    if (!planner->accept(probed, now)) return std::nullopt;
    return planner->take(probed, plan, verdict, context());
  }
  std::optional<Plan> sink(bool available) {
    return planner->take(SinkProbed{asked<ProbeSink>(), available, "an answer"}, plan, verdict,
                         context());
  }
  template <class Probe>
  std::uint64_t asked() {
    planner->send_probes(context());
    std::uint64_t number = 0;
    for (const Action& action : reporter.take().actions) {
      if (const auto* probe = std::get_if<Probe>(&action)) number = probe->number;
    }
    return number;
  }
  bool escalates() {
    bool found = false;
    for (const Notice& notice : reporter.take().notices) {
      found = found || std::holds_alternative<Escalated>(notice);
    }
    return found;
  }

  recovery::Setup setup;
  Reporter reporter;
  std::optional<RestartPlanner> planner;
  Instant now = Instant{} + 1000h;
  Plan plan;
  std::optional<Verdict> verdict;
};

TEST_F(RestartPlannerTest, TheFirstRestartIsAtOnceTheNextLater) {
  EXPECT_EQ(fault(crashed), Plan{Kind::launch});
  EXPECT_EQ(fault(crashed), (Plan{Kind::at_time, now + 1s}));
  EXPECT_EQ(planner->attempts(), 2U);
}

TEST_F(RestartPlannerTest, AfterTheAttemptsItEscalatesAndGoesOn) {
  for (int i = 0; i < 3; ++i) fault(crashed);
  EXPECT_FALSE(escalates());
  EXPECT_EQ(fault(crashed).kind, Kind::at_time);
  EXPECT_TRUE(escalates());
}

TEST_F(RestartPlannerTest, WhereOnExhaustedSaysSoItGivesUp) {
  setup.policy.on_exhausted = OnExhausted::exit;
  for (int i = 0; i < 3; ++i) EXPECT_NE(fault(crashed).kind, Kind::give_up);
  EXPECT_EQ(fault(crashed).kind, Kind::give_up);
}

TEST_F(RestartPlannerTest, HealthGivesBackAttemptsAndRetries) {
  for (int i = 0; i < 5; ++i) fault(crashed);
  planner->on_healthy();
  EXPECT_EQ(planner->attempts(), 0U);
  EXPECT_EQ(fault(crashed).kind, Kind::launch);
}

TEST_F(RestartPlannerTest, ANameInUseIsLeftTwoSeconds) {
  EXPECT_EQ(fault(crashed, true), (Plan{Kind::at_time, now + 2s}));
}

TEST_F(RestartPlannerTest, AMissingSourceIsAwaitedAndSpendsNothing) {
  EXPECT_EQ(fault(missing), Plan{Kind::source});
  EXPECT_EQ(source(false), std::nullopt);
  EXPECT_EQ(planner->attempts(), 0U);
  EXPECT_EQ(planner->source().available(), false);
  EXPECT_EQ(verdict->evidence.front(), "an answer");
  now += 1s;
  EXPECT_EQ(source(true), Plan{Kind::launch});
  EXPECT_EQ(planner->attempts(), 0U);
}

TEST_F(RestartPlannerTest, ASourceThatCannotBeProbedIsRetriedByTheBudget) {
  setup.command.source_can_be_probed = false;
  planner->set(setup);
  EXPECT_EQ(fault(missing).kind, Kind::launch);
  EXPECT_EQ(planner->attempts(), 1U);
}

TEST_F(RestartPlannerTest, ASourceThatWasThereAllTheTimeSpendsAnAttempt) {
  fault(missing);
  EXPECT_EQ(source(true), Plan{Kind::launch});
  EXPECT_EQ(planner->attempts(), 1U);
}

TEST_F(RestartPlannerTest, ASourceThatIsMissingForTooLongEscalatesOnce) {
  setup.policy.audio_stream.max_retries = 2;
  fault(missing);
  unsigned escalations = 0;
  for (int i = 0; i < 5; ++i) {
    now += 30s;
    EXPECT_EQ(source(false), std::nullopt);
    escalations += escalates();
    EXPECT_EQ(planner->source().retries(), i + 1U);
    EXPECT_EQ(escalations, i < 1 ? 0U : 1U);
  }
}

TEST_F(RestartPlannerTest, ASourceMissingForTooLongIsGivenUpWhereOnExhaustedSaysSo) {
  setup.policy.audio_stream.max_retries = 1;
  setup.policy.on_exhausted = OnExhausted::stop;
  fault(missing);
  now += 30s;
  EXPECT_EQ(source(false), Plan{Kind::give_up});
}

TEST_F(RestartPlannerTest, AnAnswerThatWasNotAskedForChangesNothing) {
  fault(missing);
  EXPECT_FALSE(planner->accept(answer(999, true), now));
  EXPECT_EQ(planner->take(SinkProbed{999, true, "late"}, plan, verdict, context()), std::nullopt);
}

TEST_F(RestartPlannerTest, ASinkThatIsBackEndsTheCooldown) {
  fault(unreachable);
  EXPECT_EQ(fault(unreachable).kind, Kind::at_time);
  EXPECT_EQ(sink(true), Plan{Kind::launch});
}

TEST_F(RestartPlannerTest, ASinkThatRefusesDoesNot) {
  fault(unreachable);
  fault({Cause::sink_rejected, {"403"}});
  EXPECT_EQ(sink(true), std::nullopt);
  EXPECT_EQ(planner->attempts(), 2U);
}

TEST_F(RestartPlannerTest, AnEncodersCooldownProbesNoSink) {
  fault(crashed);
  fault(crashed);
  EXPECT_EQ(asked<ProbeSink>(), 0U);
}

TEST_F(RestartPlannerTest, AReturnThatDidNotLastMakesTheNextWaitForItsPace) {
  fault(missing);
  source(false);
  now += 1s;
  EXPECT_EQ(source(true), Plan{Kind::launch});
  planner->on_launch(now);
  fault(missing);
  source(false);
  now += 300ms;
  EXPECT_EQ(source(true), std::nullopt);
  now += 700ms;
  EXPECT_EQ(source(true), Plan{Kind::launch});
}

TEST_F(RestartPlannerTest, OnAirForLongItDoesNotWait) {
  fault(missing);
  source(false);
  now += 1s;
  source(true);
  planner->on_launch(now);
  planner->on_lasting();
  fault(missing);
  source(false);
  now += 300ms;
  EXPECT_EQ(source(true), Plan{Kind::launch});
}

TEST_F(RestartPlannerTest, ACrashOfTheSupervisorIsTriedOnceWhateverIsLeft) {
  setup.policy.on_exhausted = OnExhausted::exit;
  planner->resume(9, 0, now);
  EXPECT_EQ(planner->after_crash(std::nullopt, context()), (Plan{Kind::at_time, now + 60s}));
  EXPECT_TRUE(escalates());
}

TEST_F(RestartPlannerTest, AShorterCooldownShortensTheWait) {
  fault(crashed);
  fault(crashed);
  setup.policy.restart_cooldown = 500ms;
  EXPECT_EQ(planner->adjust(plan, context()), (Plan{Kind::at_time, now + 500ms}));
  setup.policy.restart_cooldown = 1h;
  EXPECT_EQ(planner->adjust(plan, context()), plan);
}

TEST_F(RestartPlannerTest, ASourceThatCannotBeProbedAnyMoreIsTried) {
  fault(missing);
  EXPECT_EQ(planner->adjust(plan, context()), std::nullopt);
  setup.command.source_can_be_probed = false;
  planner->set(setup);
  EXPECT_EQ(planner->try_source(plan, false, context()), std::nullopt);
  now += 1s;
  EXPECT_EQ(planner->try_source(plan, false, context()), Plan{Kind::launch});
}

// ---------------------------------------------------------------------------- ends that hang up

TEST_F(RestartPlannerTest, ASinkThatHangsUpAndHadTakenTheStreamIsPacedByASecond) {
  const Verdict hung_up{Cause::sink_lost, {"Broken pipe"}};
  for (int i = 0; i < 20; ++i) {
    const Plan next = fault(hung_up, false, true, true);
    ASSERT_LE(next.launch_at().value_or(now), now + 1s) << i;
    now += 25s;
    planner->on_launch(now);
  }
  EXPECT_EQ(planner->attempts(), 20U);
  EXPECT_TRUE(escalates());
}

TEST_F(RestartPlannerTest, ASinkThatHangsUpAtOnceIsPacedByTheBudget) {
  const Verdict hung_up{Cause::sink_lost, {"Broken pipe"}};
  for (int i = 0; i < 4; ++i) {
    fault(hung_up);
    planner->on_launch(now);
  }
  EXPECT_EQ(fault(hung_up), (Plan{Kind::at_time, now + 60s}));
}

TEST_F(RestartPlannerTest, ACrashAfterSecondsOnAirIsPacedByTheBudget) {
  for (int i = 0; i < 4; ++i) {
    fault(crashed, false, true, true);
    planner->on_launch(now);
  }
  EXPECT_EQ(fault(crashed, false, true, true), (Plan{Kind::at_time, now + 60s}));
}

TEST_F(RestartPlannerTest, ASourceThatHangsUpAndIsThereAgainIsPacedByASecond) {
  const Verdict hung_up{Cause::source_ended, {"End of file"}};
  for (int i = 0; i < 10; ++i) {
    fault(hung_up, false, true, true);
    ASSERT_TRUE(plan.awaits_source());
    const auto next = source(true);
    ASSERT_TRUE(next);
    ASSERT_LE(next->launch_at().value_or(now), now + 1s) << i;
    now += 8s;
    planner->on_launch(now);
  }
}

// ---------------------------------------------------------------------------- a silent FFmpeg

TEST_F(RestartPlannerTest, AFailureWithoutAWordIsTheSinksWhereItIsNotThere) {
  const Verdict silent{Cause::encoder_failed, {"exit code 1"}, monitor::Confidence::low};
  fault(silent);
  planner->on_launch(now);
  fault(silent);
  sink(false);
  EXPECT_EQ(verdict->cause, Cause::sink_unreachable);
  EXPECT_EQ(verdict->evidence.front(), "an answer");
}

TEST_F(RestartPlannerTest, AFailureWithoutAWordIsTheSourcesWhereThatIsNotThere) {
  const Verdict silent{Cause::encoder_failed, {"exit code 1"}, monitor::Confidence::low};
  fault(silent, false, false);
  planner->on_launch(now);
  fault(silent, false, false);
  plan = source(false).value_or(Plan{});
  EXPECT_EQ(plan, Plan{Kind::source});
  EXPECT_EQ(verdict->cause, Cause::source_missing);
  EXPECT_EQ(verdict->evidence.front(), "an answer");
  now += 1s;
  EXPECT_EQ(source(true), Plan{Kind::launch}) << "it is back";
}

TEST_F(RestartPlannerTest, WhatIsThisMachinesIsSaidByTheLook) {
  fault(missing);
  SourceProbed probed = answer(asked<ProbeSource>(), false);
  probed.look.is_local = true;
  ASSERT_TRUE(planner->accept(probed, now));
  planner->take(probed, plan, verdict, context());
  EXPECT_TRUE(verdict->is_local);
}

TEST_F(RestartPlannerTest, ATrialThatIsARetryTooIsOneDecision) {
  setup.policy.audio_stream.retry_interval = 30s;
  fault(missing, false, false);
  for (int i = 0; i < 20; ++i) {
    now += 2s;
    planner->on_launch(now);
    reporter.take();
    fault(missing, false, false);
    std::size_t waits = 0;
    for (const Notice& notice : reporter.take().notices) {
      waits += std::holds_alternative<Decided>(notice) ? 1 : 0;
    }
    EXPECT_EQ(waits, 1U) << "after " << 2 * (i + 1) << " s";
  }
}

TEST_F(RestartPlannerTest, AFailureWithoutAWordWhoseSourceIsThereIsPacedByTheBudget) {
  const Verdict silent{Cause::encoder_failed, {"exit code 1"}, monitor::Confidence::low};
  fault(silent, false, false);
  planner->on_launch(now);
  fault(silent, false, false);
  EXPECT_EQ(source(true), std::nullopt);
  EXPECT_EQ(verdict->cause, Cause::encoder_failed);
  now += setup.policy.probe_interval - 1ms;
  EXPECT_EQ(asked<ProbeSource>(), 0U) << "it is looked at as rarely as ever";
  now += 1ms;
  EXPECT_EQ(source(false), std::nullopt) << "a later look says nothing of that failure";
  EXPECT_EQ(verdict->cause, Cause::encoder_failed);
}

TEST_F(RestartPlannerTest, AFailureThatIsExplainedStaysWhatItIs) {
  const Verdict told{Cause::encoder_failed, {"exit code 1"}, monitor::Confidence::high};
  fault(told);
  planner->on_launch(now);
  fault(told);
  EXPECT_EQ(asked<ProbeSink>(), 0U);
  EXPECT_EQ(verdict->cause, Cause::encoder_failed);
}

}  // namespace
}  // namespace recovery
