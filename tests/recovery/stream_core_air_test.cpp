#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

// On air, off air, and what is told of it.
namespace recovery::test {
namespace {

using monitor::Cause;

bool names(const std::vector<Incident>& incidents, Cause cause) {
  return std::any_of(incidents.begin(), incidents.end(),
                     [&](const Incident& incident) { return incident.cause == cause; });
}

TEST(OnAir, BeginsWithTheFirstAdvance) {
  Stand stand;
  stand.starting();
  stand.wait(2s);
  EXPECT_EQ(stand.state(), State::starting);
  const auto came = notices<CameOnAir>(stand.block());
  ASSERT_EQ(came.size(), 1U);
  EXPECT_FALSE(came[0].off_air_for.has_value()) << "it was never off air before";
  EXPECT_EQ(stand.core.status().on_air_since, stand.now);
  EXPECT_FALSE(stand.core.status().failed);
}

TEST(Startup, WithoutAnyOutputIsAFaultAtItsTimeout) {
  Stand stand;
  stand.starting();
  EXPECT_TRUE(is_empty(stand.wait(29'999ms)));
  const Step step = stand.wait(1ms);
  EXPECT_EQ(actions(step), "TERM");
  EXPECT_EQ(notices<FaultDetected>(step).size(), 1U);
  EXPECT_EQ(notices<IncidentOpened>(step).size(), 1U);
  EXPECT_TRUE(notices<WentOffAir>(step).empty()) << "it was not on air";
  EXPECT_TRUE(stand.core.status().failed);
}

TEST(Freeze, IsSignalledOneTimeoutAfterTheLastAdvance) {
  Stand stand;
  stand.on_air();
  stand.wait(10s);
  stand.block();
  EXPECT_EQ(stand.core.next_deadline(), stand.now + 30s);
  EXPECT_TRUE(is_empty(stand.wait(29'999ms)));
  const Step step = stand.wait(1ms);
  EXPECT_EQ(actions(step), "TERM");
  ASSERT_EQ(notices<FaultDetected>(step).size(), 1U);
  EXPECT_EQ(notices<FaultDetected>(step)[0].fault.cause, Cause::encoder_frozen);
  EXPECT_EQ(notices<FaultDetected>(step)[0].after, 30s);
  ASSERT_EQ(notices<WentOffAir>(step).size(), 1U);
  EXPECT_EQ(notices<WentOffAir>(step)[0].cause, Cause::encoder_frozen);
}

TEST(Freeze, IsSeenThroughBlocksThatDoNotAdvance) {
  Stand stand;
  stand.on_air();
  Step all;
  for (int i = 0; i < 31; ++i) {
    Stand::append(all, stand.wait(1s));
    Stand::append(all, stand.block(0s));
  }
  EXPECT_EQ(actions(all), "TERM");
}

TEST(Freeze, AfterAFreezeTheRestartGoesByTheBudget) {
  Stand stand;
  stand.on_air();
  stand.wait(30s);
  const Step step = stand.exited(code(255));
  EXPECT_EQ(actions(step), "launch");
  EXPECT_EQ(stand.core.status().attempts, 1U);
}

TEST(Freeze, ASignDuringTheStopDoesNotChangeTheVerdict) {
  Stand stand;
  stand.on_air();
  stand.wait(30s);
  stand.sign(Cause::sink_lost, true);
  stand.exited(code(255));
  ASSERT_TRUE(stand.core.status().verdict.has_value());
  EXPECT_EQ(stand.core.status().verdict->cause, Cause::encoder_frozen);
}

TEST(Paused, TheTimeNobodyCouldRunIsForgiven) {
  Stand stand;
  stand.on_air();
  stand.wait(20s);
  stand.now += 1h;
  EXPECT_TRUE(is_empty(stand.send(Paused{})));
  EXPECT_TRUE(is_empty(stand.send(Tick{})));
  EXPECT_EQ(stand.state(), State::on_air);
  EXPECT_TRUE(is_empty(stand.wait(29'999ms)));
  EXPECT_EQ(actions(stand.wait(1ms)), "TERM") << "but from then on it must advance";
}

TEST(Paused, AStartIsForgivenToo) {
  Stand stand;
  stand.starting();
  stand.now += 1h;
  stand.send(Paused{});
  EXPECT_TRUE(is_empty(stand.send(Tick{})));
  EXPECT_EQ(stand.state(), State::starting);
}

TEST(Incident, RunsFromTheLastGoodMomentToTheNext) {
  Stand stand;
  stand.healthy();
  const Instant last_good = stand.now;
  stand.wait(5s);
  const Step died = stand.exited(by_signal(SIGSEGV));
  const auto opened = notices<IncidentOpened>(died);
  ASSERT_EQ(opened.size(), 1U);
  EXPECT_TRUE(opened[0].incident.off_air);
  EXPECT_EQ(opened[0].incident.number, 1U);
  EXPECT_EQ(opened[0].incident.cause, Cause::encoder_crashed);
  EXPECT_EQ(opened[0].incident.last_good_at, last_good);
  EXPECT_EQ(opened[0].incident.detected_at, stand.now);
  EXPECT_FALSE(opened[0].incident.resolved_at.has_value());
  EXPECT_FALSE(opened[0].incident.evidence.empty());
  EXPECT_TRUE(stand.core.status().verdict.has_value());

  stand.launched();
  stand.wait(3s);
  const Step back = stand.block();
  const auto closed = notices<IncidentClosed>(back);
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_EQ(closed[0].incident.number, 1U);
  EXPECT_EQ(closed[0].incident.resolved_at, stand.now);
  EXPECT_FALSE(closed[0].incident.actions.empty());
  ASSERT_EQ(notices<CameOnAir>(back).size(), 1U);
  EXPECT_EQ(notices<CameOnAir>(back)[0].off_air_for, stand.now - last_good);
  EXPECT_FALSE(stand.core.status().verdict.has_value());
  EXPECT_TRUE(stand.core.open_incidents().empty());
}

TEST(Incident, IsOneHoweverOftenTheRestartFails) {
  Stand stand;
  stand.on_air();
  Step all = stand.exited(code(1));
  for (int i = 0; i < 20; ++i) {
    Stand::append(all, stand.launched());
    Stand::append(all, stand.exited(code(1)));
    Stand::append(all, stand.wait(60s));
  }
  EXPECT_EQ(notices<IncidentOpened>(all).size(), 1U);
  EXPECT_TRUE(notices<IncidentClosed>(all).empty());
  ASSERT_EQ(stand.core.open_incidents().size(), 1U);
  EXPECT_LE(stand.core.open_incidents()[0].actions.size(), Incident::actions_limit);
}

TEST(Incident, KeepsTheNewestActions) {
  Stand stand;
  stand.on_air();
  stand.exited(code(1));
  for (int i = 0; i < 50; ++i) {
    if (stand.state() == State::cooling_down) stand.wait(stand.core.next_deadline() - stand.now);
    stand.launched();
    stand.exited(i < 49 ? code(1 + i % 2) : by_signal(SIGBUS));
  }
  const auto& actions = stand.core.open_incidents().at(0).actions;
  EXPECT_EQ(actions.size(), Incident::actions_limit);
  EXPECT_NE(actions.back().find("signal 7"), std::string::npos) << actions.back();
}

TEST(Incident, NumbersCountUp) {
  Stand stand;
  stand.healthy();
  for (std::uint64_t number = 1; number <= 3; ++number) {
    EXPECT_EQ(notices<IncidentOpened>(stand.exited(code(1))).at(0).incident.number, number);
    stand.launched();
    stand.block();
    stand.feed(61s);
  }
}

TEST(Incident, OfAStreamThatNeverWasOnAirCountsFromItsLaunch) {
  Stand stand;
  stand.starting();
  const Instant launched_at = stand.now;
  stand.wait(4s);
  EXPECT_EQ(notices<IncidentOpened>(stand.exited(code(1))).at(0).incident.last_good_at,
            launched_at);
}

TEST(Incident, DoesNotCountTheTimeTheStreamWasStoppedOnRequest) {
  Stand stand;
  stand.stopping();
  stand.exited(code(255));
  stand.wait(24h);
  stand.start();
  stand.launched();
  const Instant launched_at = stand.now;
  stand.wait(2s);
  EXPECT_EQ(notices<IncidentOpened>(stand.exited(code(1))).at(0).incident.last_good_at,
            launched_at);
}

TEST(OnAir, AfterARequestedStopWasNotOffAirByFault) {
  Stand stand;
  stand.stopping();
  stand.exited(code(255));
  stand.wait(24h);
  stand.start();
  stand.launched();
  EXPECT_FALSE(notices<CameOnAir>(stand.block()).at(0).off_air_for.has_value());
}

TEST(Warning, StandsWhileItsConditionHoldsAndTheStreamStaysOnAir) {
  monitor::Limits limits;
  limits.memory_mb = 100;
  Stand stand(steady_policy(), limits);
  stand.on_air();
  const auto feed_with = [&](std::int64_t rss_bytes, int seconds) {
    Step all;
    for (int i = 0; i < seconds; ++i) {
      Stand::append(all, stand.feed(1s));
      monitor::ProcessSample sample;
      sample.state = 'S';
      sample.rss_bytes = rss_bytes;
      Stand::append(all, stand.send(Observed{stand.generation(), sample}));
    }
    return all;
  };
  EXPECT_TRUE(is_empty(feed_with(50 << 20, 20)));
  const Step high = feed_with(200 << 20, 60);
  EXPECT_EQ(actions(high), "");
  const auto opened = notices<IncidentOpened>(high);
  ASSERT_EQ(opened.size(), 1U) << "told once";
  EXPECT_EQ(opened[0].incident.cause, Cause::memory_high);
  EXPECT_FALSE(opened[0].incident.off_air);
  EXPECT_EQ(stand.state(), State::on_air);
  EXPECT_TRUE(names(stand.core.open_incidents(), Cause::memory_high));
  const Step low = feed_with(50 << 20, 5);
  ASSERT_EQ(notices<IncidentClosed>(low).size(), 1U);
  EXPECT_TRUE(stand.core.open_incidents().empty());
}

TEST(Warning, EndsWithTheLifeItWasAbout) {
  monitor::Limits limits;
  limits.memory_mb = 100;
  Stand stand(steady_policy(), limits);
  stand.on_air();
  for (int i = 0; i < 20; ++i) {
    stand.feed(1s);
    monitor::ProcessSample sample;
    sample.rss_bytes = 200 << 20;
    stand.send(Observed{stand.generation(), sample});
  }
  ASSERT_EQ(stand.core.open_incidents().size(), 1U);
  const Step step = stand.exited(code(1));
  const auto closed = notices<IncidentClosed>(step);
  ASSERT_EQ(closed.size(), 1U);
  EXPECT_FALSE(closed[0].incident.off_air);
  EXPECT_FALSE(names(stand.core.open_incidents(), Cause::memory_high));
}

// A stream whose bitrate falls to a fifth and stays there.
Step starve(Stand& stand) {
  auto block = stand.progress();
  Step all;
  for (int i = 0; i < 120 && stand.state() == State::on_air; ++i) {
    Stand::append(all, stand.wait(1s));
    *block.frame += 25;
    *block.total_size_bytes += 50'000;
    *block.out_time += 1s;
    Stand::append(all, stand.send(ProgressSeen{stand.generation(), block}));
  }
  return all;
}

TEST(Warning, ABitrateDropIsToldAndNotActedOn) {
  Stand stand;
  stand.on_air();
  EXPECT_TRUE(is_empty(stand.feed(5min)));
  const Step step = starve(stand);
  EXPECT_EQ(actions(step), "");
  ASSERT_EQ(notices<IncidentOpened>(step).size(), 1U);
  EXPECT_EQ(notices<IncidentOpened>(step)[0].incident.cause, Cause::bitrate_drop);
}

TEST(Warning, ABitrateDropRestartsWhereTheLimitSaysSo) {
  monitor::Limits limits;
  limits.bitrate_drop.action = monitor::OnWarning::restart;
  Stand stand(steady_policy(), limits);
  stand.on_air();
  stand.feed(5min);
  EXPECT_EQ(actions(starve(stand)), "TERM");
  EXPECT_EQ(actions(stand.exited(code(255))), "launch");
}

TEST(Totals, TheSilenceBeforeAFreezeIsOffAir) {
  Stand stand;
  stand.on_air();
  stand.feed(100s);
  stand.wait(30s);
  EXPECT_EQ(stand.core.status().on_air_total, 100s);
  EXPECT_EQ(stand.core.status().off_air_total, 30s);
}

TEST(Totals, TheSilenceBeforeARequestedStopIsOffAirToo) {
  Stand stand;
  stand.on_air();
  stand.feed(100s);
  stand.wait(20s);
  stand.stop();
  stand.exited(code(255));
  EXPECT_EQ(stand.core.status().on_air_total, 100s);
}

TEST(Totals, AddUpToTheTimeSettled) {
  Stand stand;
  const Instant began = stand.now;
  stand.starting();
  stand.wait(3s);
  stand.block();
  stand.feed(50s);
  stand.exited(code(1));
  stand.launched();
  stand.wait(2s);
  stand.block();
  stand.feed(10s);
  const Status& status = stand.core.status();
  EXPECT_EQ(status.on_air_total, 60s);
  EXPECT_EQ(status.off_air_total, 5s);
  EXPECT_EQ(status.settled_at, began + 65s);
}

TEST(Totals, OfACommandThatIsNotFfmpegAreItsLife) {
  Stand stand(steady_policy(), {}, false);
  stand.starting();
  stand.wait(500s);
  stand.exited(code(1));
  EXPECT_EQ(stand.core.status().on_air_total, 500s);
  stand.launched();
  stand.wait(20s);
  stand.stop();
  EXPECT_EQ(stand.core.status().on_air_total, 520s);
}

TEST(Totals, OfACommandThatIsNotFfmpegGrowWithEachSampleOfIt) {
  Stand stand(steady_policy(), {}, false);
  stand.starting();
  const monitor::ProcessSample sample{'S', 1, 2, 1 << 20, 1};
  for (int i = 1; i <= 3; ++i) {
    stand.wait(10s);
    stand.send(Observed{stand.generation(), sample});
    EXPECT_EQ(stand.core.status().on_air_total, i * 10s);
  }
  stand.send(Exited{stand.generation(), code(1)});
  EXPECT_EQ(stand.core.status().on_air_total, 30s);
}

TEST(Status, NamesTheChildWhileItLives) {
  Stand stand;
  stand.start();
  EXPECT_FALSE(stand.core.status().pid.has_value());
  stand.launched();
  EXPECT_EQ(stand.core.status().pid, Stand::pid_of(1));
  stand.block();
  EXPECT_EQ(stand.core.status().pid, Stand::pid_of(1));
  stand.exited(by_signal(SIGKILL));
  EXPECT_FALSE(stand.core.status().pid.has_value());
  EXPECT_EQ(stand.core.status().last_exit, by_signal(SIGKILL));
  EXPECT_FALSE(stand.core.status().on_air_since.has_value());
}

// The encoder is judged as if nothing stood in for it.
TEST(Cover, ChangesWhatIsToldAndNothingThatIsDone) {
  Stand stand;
  stand.on_air();
  stand.feed(100s);
  const Step covered = stand.send(CoverChanged{.is_covered = true, .what = "sound"});
  EXPECT_EQ(actions(covered), "");
  EXPECT_EQ(air_state(stand.core.status()), State::covered);
  EXPECT_EQ(stand.core.status().state, State::on_air);
  stand.wait(30s);
  EXPECT_EQ(stand.core.status().state, State::stopping) << "frozen";
  EXPECT_EQ(air_state(stand.core.status()), State::covered);
  EXPECT_EQ(stand.core.status().covered_total, 30s);
  EXPECT_EQ(stand.core.status().off_air_total, 0s);
  stand.send(CoverChanged{});
  EXPECT_EQ(air_state(stand.core.status()), State::stopping);
}

}  // namespace
}  // namespace recovery::test
