#include "recovery/stream_recorder.hpp"

#include <memory>

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

using monitor::Cause;

// The recorder beside a core, as the driver has it: it sees each event with its step and status.
class RecorderTest : public testing::Test {
 protected:
  explicit RecorderTest(const Policy& policy = steady_policy()) : stand(policy) {}

  void send(const Event& event) {
    const Step step = stand.send(event);
    recorder->record(event, step, stand.core.status(), stand.now, wall());
  }
  void start() { send(StartRequested{}); }
  void launched() { send(Launched{stand.generation(), 4711}); }
  void exited(int exit_code) { send(Exited{stand.generation(), code(exit_code)}); }
  void block(std::int64_t frames) {
    monitor::Progress block;
    block.frame = frames;
    block.total_size_bytes = frames * 1000;
    block.drop_frames = frames / 10;
    block.dup_frames = frames / 100;
    send(ProgressSeen{stand.generation(), block});
  }
  void pass(Duration span) {
    const Instant until = stand.now + span;
    for (int ticks = 0; stand.core.next_deadline() <= until; ++ticks) {
      ASSERT_LT(ticks, 10'000) << "the core spins";
      stand.now = stand.core.next_deadline();
      send(Tick{});
    }
    stand.now = until;
  }
  void on_air() {
    start();
    launched();
    block(100);
  }

  WallTime wall() const { return WallTime{} + (stand.now - (Instant{} + 1000h)) + 480'000h; }
  const Totals& totals() const { return recorder->totals(); }
  const HistoryEntry& newest() const { return recorder->history()->front(); }

  Stand stand;
  std::unique_ptr<StreamRecorder> recorder = std::make_unique<StreamRecorder>("radio", 10);
};

TEST_F(RecorderTest, IsEmptyAtFirstAndNeverNull) {
  EXPECT_TRUE(recorder->history()->empty());
  EXPECT_TRUE(recorder->incidents()->empty());
  EXPECT_FALSE(recorder->last_restart_at().has_value());
}

TEST_F(RecorderTest, AFirstLaunchIsNoRestart) {
  on_air();
  EXPECT_EQ(totals().launches, 1U);
  EXPECT_EQ(totals().restarts, 0U);
  EXPECT_FALSE(recorder->last_restart_at().has_value());
}

TEST_F(RecorderTest, ALaunchAfterHavingRunIsARestartWhoeverAsked) {
  on_air();
  exited(1);
  launched();
  EXPECT_EQ(totals().restarts, 1U);
  EXPECT_EQ(recorder->last_restart_at(), wall());
  send(RestartRequested{});
  exited(255);
  launched();
  EXPECT_EQ(totals().launches, 3U);
  EXPECT_EQ(totals().restarts, 2U);
}

TEST_F(RecorderTest, ARestartThatSomebodyAskedForIsOnPurpose) {
  on_air();
  EXPECT_EQ(totals().restarts_on_purpose, 0U) << "the first launch is no restart";
  exited(1);
  launched();
  EXPECT_EQ(totals().restarts_on_purpose, 0U);
  send(RestartRequested{});
  exited(255);
  launched();
  EXPECT_EQ(totals().restarts_on_purpose, 1U);
  exited(1);
  pass(2s);
  launched();
  EXPECT_EQ(totals().restarts, 3U);
  EXPECT_EQ(totals().restarts_on_purpose, 1U);
}

TEST_F(RecorderTest, AnIncidentKnowsHowMuchOfItWasCovered) {
  on_air();
  pass(10s);
  exited(1);
  pass(1s);
  send(CoverChanged{.is_covered = true, .what = "picture and sound"});
  launched();
  pass(3s);
  send(CoverChanged{});
  block(200);
  const IncidentRecord& incident = recorder->incidents()->front();
  ASSERT_TRUE(incident.resolved_at);
  EXPECT_NEAR(incident.covered_seconds, 3, 1e-6);
  EXPECT_GT(incident.off_air_seconds, incident.covered_seconds);
}

TEST_F(RecorderTest, SwitchesAndTheirHolesAreCounted) {
  on_air();
  send(Switched{.to_cover = true, .hole = 300ms});
  send(Switched{.to_cover = false, .hole = 0s});
  send(Switched{.to_cover = true, .hole = 1s});
  EXPECT_EQ(totals().switches_to_cover, 2U);
  EXPECT_EQ(totals().switches_to_encoder, 1U);
  EXPECT_NEAR(totals().hole_seconds.sum, 1.3, 1e-6);
}

TEST_F(RecorderTest, ALaunchThatFailedHasNotRun) {
  start();
  send(LaunchFailed{stand.generation(), EAGAIN});
  launched();
  EXPECT_EQ(totals().launches, 1U);
  EXPECT_EQ(totals().restarts, 0U);
}

TEST_F(RecorderTest, CountersAreSummedOverLives) {
  on_air();
  block(400);
  exited(1);
  launched();
  block(50);
  EXPECT_EQ(totals().frames, 450U);
  EXPECT_EQ(totals().output_bytes, 450'000U);
  EXPECT_EQ(totals().dropped_frames, 45U);
  EXPECT_EQ(totals().duplicated_frames, 4U);
}

TEST_F(RecorderTest, ACounterThatStepsBackTakesNothingAwayAndCountsNothingTwice) {
  on_air();
  block(400);
  block(390);
  block(400);
  block(410);
  EXPECT_EQ(totals().frames, 410U);
}

TEST_F(RecorderTest, BlocksWithoutCountersAndOfOlderLivesCountNothing) {
  on_air();
  send(ProgressSeen{stand.generation(), {}});
  exited(1);
  launched();
  monitor::Progress late;
  late.frame = 9999;
  send(ProgressSeen{1, late});
  EXPECT_EQ(totals().frames, 100U);
}

TEST_F(RecorderTest, NegativeCountersCountNothing) {
  on_air();
  monitor::Progress odd;
  odd.frame = -5;
  odd.total_size_bytes = -1;
  send(ProgressSeen{stand.generation(), odd});
  EXPECT_EQ(totals().frames, 100U);
}

TEST_F(RecorderTest, ARestartThatCameOnAirSucceeded) {
  on_air();
  exited(1);
  EXPECT_EQ(newest().action, DecisionKind::restart_ffmpeg);
  EXPECT_EQ(newest().attempt, 1U);
  EXPECT_EQ(newest().timestamp, wall());
  EXPECT_FALSE(newest().success.has_value());
  launched();
  EXPECT_FALSE(newest().success.has_value());
  block(10);
  EXPECT_EQ(newest().success, true);
}

TEST_F(RecorderTest, ARestartThatDiedBeforeItCameOnAirFailed) {
  on_air();
  exited(1);
  launched();
  exited(1);
  ASSERT_EQ(recorder->history()->size(), 2U);
  EXPECT_EQ((*recorder->history())[1].success, false);
  EXPECT_FALSE(newest().success.has_value());
  EXPECT_DOUBLE_EQ(newest().delay_seconds, 1);
}

TEST_F(RecorderTest, ARestartThatNeverPutAnythingOutFailedAtItsTimeout) {
  on_air();
  exited(1);
  launched();
  pass(30s);
  EXPECT_EQ(newest().success, false);
}

TEST_F(RecorderTest, ARestartThatCouldNotBeLaunchedFailed) {
  on_air();
  exited(1);
  send(LaunchFailed{stand.generation(), EAGAIN});
  EXPECT_EQ((*recorder->history())[1].success, false);
}

TEST_F(RecorderTest, TheExitOfTheOldChildIsNoFailureOfTheRestartAskedFor) {
  on_air();
  send(RestartRequested{});
  exited(255);
  EXPECT_FALSE(newest().success.has_value());
  launched();
  block(10);
  EXPECT_EQ(newest().success, true);
}

TEST_F(RecorderTest, ASuccessStaysOneWhenTheStreamDiesLater) {
  on_air();
  exited(1);
  launched();
  block(10);
  exited(1);
  EXPECT_EQ((*recorder->history())[1].success, true);
}

TEST_F(RecorderTest, APostponedRestartThatWasCalledOffFailed) {
  on_air();
  exited(1);
  launched();
  exited(1);
  send(StopRequested{});
  const auto& history = *recorder->history();
  const auto restart = std::find_if(history.begin(), history.end(), [](const HistoryEntry& entry) {
    return entry.action == DecisionKind::restart_ffmpeg;
  });
  ASSERT_NE(restart, history.end());
  EXPECT_EQ(restart->success, false);
}

TEST_F(RecorderTest, HistoryIsNewestFirstAndBounded) {
  on_air();
  for (int i = 0; i < 300; ++i) {
    exited(1);
    if (stand.state() == State::cooling_down) pass(stand.core.next_deadline() - stand.now);
    launched();
  }
  const auto& history = *recorder->history();
  EXPECT_EQ(history.size(), StreamRecorder::history_limit);
  for (std::size_t i = 1; i < history.size(); ++i) {
    ASSERT_GE(history[i - 1].timestamp, history[i].timestamp);
  }
  EXPECT_GT(newest().attempt, 290U);
}

TEST_F(RecorderTest, ASnapshotOfTheListsDoesNotChange) {
  on_air();
  exited(1);
  const auto history = recorder->history();
  const auto incidents = recorder->incidents();
  launched();
  block(10);
  exited(1);
  EXPECT_EQ(history->size(), 1U);
  EXPECT_FALSE(history->front().success.has_value());
  EXPECT_EQ(incidents->size(), 1U);
  EXPECT_FALSE(incidents->front().resolved_at.has_value());
}

TEST_F(RecorderTest, AnEarlierLifesIncidentLastsNoTimeBelowZeroThoughTheWallClockWasSetBack) {
  PersistedState before;
  before.stopped_as_asked = false;
  IncidentRecord open;
  open.id = "radio-1-1";
  open.off_air = true;
  open.last_good_at = wall() + 1h;
  before.incidents.push_back(open);
  recorder->adopt(before, wall());
  on_air();
  ASSERT_EQ(recorder->incidents()->size(), 1U);
  EXPECT_EQ(recorder->incidents()->front().resolved_at, wall());
  EXPECT_DOUBLE_EQ(recorder->incidents()->front().off_air_seconds, 0);
}

TEST_F(RecorderTest, AnEarlierLifesIncidentEndedWithItWhereThatLifeWasAskedToStop) {
  PersistedState before;
  before.stopped_as_asked = true;
  before.alive_at = wall() - 1h;
  IncidentRecord open;
  open.id = "radio-1-1";
  open.off_air = true;
  open.off_air_seconds = 0.2;
  open.last_good_at = wall() - 1h - 12s;
  before.incidents.push_back(open);
  recorder->adopt(before, wall());
  EXPECT_EQ(recorder->incidents()->front().resolved_at, wall() - 1h);
  EXPECT_DOUBLE_EQ(recorder->incidents()->front().off_air_seconds, 12);
}

TEST_F(RecorderTest, AnIncidentHasItsIdWallTimesAndWhatWasDone) {
  on_air();
  pass(4s);
  exited(1);
  ASSERT_EQ(recorder->incidents()->size(), 1U);
  const IncidentRecord open = recorder->incidents()->front();
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(wall().time_since_epoch());
  EXPECT_EQ(open.id, "radio-" + std::to_string(milliseconds.count()) + "-1");
  EXPECT_TRUE(open.off_air);
  EXPECT_EQ(open.cause, Cause::encoder_failed);
  EXPECT_EQ(open.detected_at, wall());
  EXPECT_EQ(open.last_good_at, wall() - 4s);
  EXPECT_FALSE(open.resolved_at.has_value());
  EXPECT_FALSE(open.evidence.empty());
  EXPECT_EQ(open.actions.size(), 1U) << "what is being done is told while it is open";

  launched();
  pass(2s);
  block(10);
  ASSERT_EQ(recorder->incidents()->size(), 1U);
  const IncidentRecord closed = recorder->incidents()->front();
  EXPECT_EQ(closed.id, open.id);
  EXPECT_EQ(closed.resolved_at, wall());
  EXPECT_EQ(closed.detected_at, open.detected_at);
  EXPECT_DOUBLE_EQ(closed.off_air_seconds, 6);
  EXPECT_EQ(closed.actions, open.actions);
}

TEST_F(RecorderTest, AWallClockThatJumpsDoesNotLoseTheIncident) {
  on_air();
  exited(1);
  launched();
  const ProgressSeen event{stand.generation(), stand.progress()};
  Step step = stand.block();
  recorder->record(event, step, stand.core.status(), stand.now, wall() - 100h);
  ASSERT_EQ(recorder->incidents()->size(), 1U);
  EXPECT_EQ(recorder->incidents()->front().resolved_at, wall() - 100h);
}

TEST_F(RecorderTest, IncidentsAreNewestFirstAndBounded) {
  on_air();
  for (int i = 0; i < 25; ++i) {
    exited(1);
    if (stand.state() == State::cooling_down) pass(stand.core.next_deadline() - stand.now);
    launched();
    block(100);
  }
  const auto& incidents = *recorder->incidents();
  ASSERT_EQ(incidents.size(), 10U);
  EXPECT_GT(incidents.front().detected_at, incidents[incidents.size() - 1].detected_at);
  EXPECT_NE(incidents.front().id.find("-25"), std::string::npos);
  EXPECT_EQ(totals().errors_error, 25U);
  EXPECT_EQ(totals().incidents[static_cast<std::size_t>(Cause::encoder_failed)], 25U);
}

TEST_F(RecorderTest, MayBeToldToKeepNoIncidents) {
  recorder = std::make_unique<StreamRecorder>("radio", 0);
  on_air();
  exited(1);
  launched();
  block(10);
  EXPECT_TRUE(recorder->incidents()->empty());
  EXPECT_EQ(totals().errors_error, 1U);
}

TEST_F(RecorderTest, HistogramsTakeDetectionAndTimeOffAir) {
  on_air();
  pass(30s);  // frozen
  EXPECT_EQ(totals().detection_seconds.counts.back(), 1U);
  EXPECT_DOUBLE_EQ(totals().detection_seconds.sum, 30);
  EXPECT_EQ(totals().off_air_seconds.counts.back(), 0U) << "still off air";
  exited(255);
  launched();
  pass(3s);
  block(10);
  EXPECT_EQ(totals().off_air_seconds.counts.back(), 1U);
  EXPECT_DOUBLE_EQ(totals().off_air_seconds.sum, 33);
}

TEST_F(RecorderTest, AnIncidentEndedByAStopRequestNeverWasOnAirAgain) {
  on_air();
  exited(1);
  send(StopRequested{});
  exited(255);
  EXPECT_TRUE(recorder->incidents()->front().resolved_at.has_value());
  EXPECT_EQ(totals().off_air_seconds.counts.back(), 0U);
}

TEST_F(RecorderTest, ErrorsAreCountedByTheirWeight) {
  on_air();
  Step step;
  Incident warning;
  warning.number = 77;
  warning.cause = Cause::cpu_high;
  warning.last_good_at = warning.detected_at = stand.now;
  step.notices.push_back(IncidentOpened{warning});
  step.notices.push_back(Escalated{{Cause::sink_lost, {}}, "3 restarts did not help", 3});
  recorder->record(Tick{}, step, stand.core.status(), stand.now, wall());
  EXPECT_EQ(totals().errors_warning, 1U);
  EXPECT_EQ(totals().errors_error, 0U);
  EXPECT_EQ(totals().errors_critical, 1U);
  EXPECT_EQ(totals().detection_seconds.counts.back(), 0U) << "the stream never was off air";
  EXPECT_DOUBLE_EQ(recorder->incidents()->front().off_air_seconds, 0);
  step = {};
  warning.resolved_at = stand.now + 10s;
  step.notices.push_back(IncidentClosed{warning});
  recorder->record(Tick{}, step, stand.core.status(), stand.now + 10s, wall() + 10s);
  EXPECT_DOUBLE_EQ(recorder->incidents()->front().off_air_seconds, 0);
  EXPECT_EQ(recorder->incidents()->front().resolved_at, wall() + 10s);
}

TEST_F(RecorderTest, EveryDecisionIsCounted) {
  on_air();
  for (int i = 0; i < 5; ++i) {
    exited(1);
    if (stand.state() == State::cooling_down) pass(stand.core.next_deadline() - stand.now);
    launched();
  }
  EXPECT_EQ(totals().actions[static_cast<std::size_t>(DecisionKind::restart_ffmpeg)], 5U);
  EXPECT_EQ(totals().actions[static_cast<std::size_t>(DecisionKind::escalate_alert)], 1U);
  EXPECT_EQ(totals().errors_critical, 1U);
}

TEST(Histogram, IsCumulative) {
  Histogram histogram({1, 5});
  for (const double value : {0.5, 1.0, 3.0, 9.0}) histogram.observe(value);
  EXPECT_EQ(histogram.counts, (std::vector<std::uint64_t>{2, 3, 4}));
  EXPECT_DOUBLE_EQ(histogram.sum, 13.5);
}

TEST(Names, AreSpeltAsTheContractSpellsThem) {
  EXPECT_EQ(name(State::starting), "starting");
  EXPECT_EQ(name(State::on_air), "on_air");
  EXPECT_EQ(name(State::stopping), "stopping");
  EXPECT_EQ(name(State::cooling_down), "cooling_down");
  EXPECT_EQ(name(State::waiting_for_source), "waiting_for_source");
  EXPECT_EQ(name(State::fallback), "fallback");
  EXPECT_EQ(name(State::stopped), "stopped");
  EXPECT_EQ(name(DecisionKind::restart_ffmpeg), "restart_ffmpeg");
  EXPECT_EQ(name(DecisionKind::wait_for_source), "wait_for_source");
  EXPECT_EQ(name(DecisionKind::start_fallback), "start_fallback");
  EXPECT_EQ(name(DecisionKind::escalate_alert), "escalate_alert");
  EXPECT_EQ(name(DecisionKind::none), "none");
}

}  // namespace
}  // namespace recovery::test
