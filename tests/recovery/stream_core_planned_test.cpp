// Restarts of a child with which nothing is wrong: for the next track, and by plan.

#include <gtest/gtest.h>

#include "tests/recovery/stand.hpp"

namespace recovery::test {
namespace {

Policy for_tracks() {
  Policy policy = steady_policy();
  policy.restart_on_track_change = true;
  return policy;
}

Policy planned(Duration every, RestartMoment at = RestartMoment::track_change,
               Duration within = 20min) {
  Policy policy = steady_policy();
  policy.planned_restart = {.every = every, .before_memory_limit = {}, .at = at, .within = within};
  return policy;
}

Step track(Stand& stand) {
  return stand.send(TrackChanged{});
}

// As far as the next child.
Step replaced(Stand& stand) {
  Step all = stand.exited(by_signal(SIGTERM));
  Stand::append(all, stand.launched());
  Stand::append(all, stand.block());
  return all;
}

void expect_nothing_spent(const Stand& stand, const Step& step) {
  EXPECT_EQ(stand.core.status().attempts, 0U);
  EXPECT_TRUE(stand.core.open_incidents().empty());
  EXPECT_TRUE(notices<IncidentOpened>(step).empty());
  EXPECT_TRUE(notices<FaultDetected>(step).empty());
}

TEST(TrackChange, RestartsOnPurpose) {
  Stand stand(for_tracks());
  stand.healthy();
  Step all = track(stand);
  EXPECT_EQ(actions(all), "TERM");
  EXPECT_EQ(notices<RestartedOnPurpose>(all).at(0).cause, monitor::Cause::track_change);
  EXPECT_TRUE(notices<Decided>(all).empty());
  const Step then = replaced(stand);
  EXPECT_EQ(actions(then), "launch");
  EXPECT_EQ(stand.state(), State::on_air);
  expect_nothing_spent(stand, then);
}

TEST(TrackChange, ChangesNothingWhereItIsOnlyShown) {
  Stand stand;
  stand.healthy();
  const Step step = track(stand);
  EXPECT_TRUE(step.actions.empty());
  EXPECT_FALSE(notices<TrackSwitchBegun>(step).at(0).by_restart);
}

TEST(TrackChange, OfAStartingChildWaitsUntilItIsOnAir) {
  Stand stand(for_tracks());
  stand.starting();
  EXPECT_TRUE(track(stand).actions.empty());
  EXPECT_TRUE(stand.block().actions.empty());
  EXPECT_EQ(stand.state(), State::on_air);
  EXPECT_EQ(actions(stand.wait(5s)), "TERM");
}

TEST(TrackChange, JinglesThatFollowOneAnotherShareARestart) {
  Stand stand(for_tracks());
  stand.healthy();
  track(stand);
  replaced(stand);
  EXPECT_TRUE(track(stand).actions.empty());
  EXPECT_TRUE(stand.feed(3s).actions.empty());
  EXPECT_TRUE(track(stand).actions.empty());
  EXPECT_EQ(actions(stand.feed(3s)), "TERM");
  EXPECT_TRUE(replaced(stand).actions.size() == 1);
  EXPECT_TRUE(stand.feed(60s).actions.empty());
}

TEST(TrackChange, WhileNothingRunsIsForTheNextLaunch) {
  Stand stand(for_tracks());
  stand.cooling_down();
  EXPECT_TRUE(is_empty(track(stand)));
  EXPECT_EQ(actions(stand.wait(2s)), "launch");
  stand.launched();
  stand.block();
  EXPECT_TRUE(stand.feed(60s).actions.empty());
}

TEST(TrackChange, OfAStreamThatIsStoppedOrStoppingIsNothing) {
  Stand stand(for_tracks());
  EXPECT_TRUE(is_empty(track(stand)));
  stand.stopping();
  EXPECT_TRUE(is_empty(track(stand)));
  EXPECT_TRUE(stand.exited(by_signal(SIGTERM)).actions.empty());
  EXPECT_EQ(stand.state(), State::stopped);
}

// Tracks shorter than the cooldown would else keep a stream unwell for ever.
TEST(TrackChange, DoesNotBreakTheHealthOfAStream) {
  Stand stand(for_tracks());
  stand.on_air();
  stand.exited(code(1));
  stand.launched();
  stand.block();
  EXPECT_EQ(stand.core.status().attempts, 1U);
  for (int i = 0; i < 3; ++i) {
    stand.feed(25s);
    track(stand);
    replaced(stand);
  }
  EXPECT_EQ(stand.core.status().attempts, 0U);
}

TEST(TrackChange, ThatEndsInAFailureIsAnIncidentOfItsOwn) {
  Stand stand(for_tracks());
  stand.healthy();
  track(stand);
  stand.exited(by_signal(SIGTERM));
  stand.launched();
  const Step step = stand.exited(code(1));
  EXPECT_EQ(notices<IncidentOpened>(step).size(), 1U);
  EXPECT_EQ(stand.core.status().attempts, 1U);
}

TEST(PlannedRestart, WaitsForTheNextTrack) {
  Stand stand(planned(10min));
  stand.on_air();
  EXPECT_TRUE(stand.feed(5min).actions.empty());
  EXPECT_TRUE(track(stand).actions.empty());
  EXPECT_TRUE(stand.feed(10min).actions.empty());
  const Step step = track(stand);
  EXPECT_EQ(actions(step), "TERM");
  const Decided decided = notices<Decided>(step).at(0);
  EXPECT_EQ(decided.kind, DecisionKind::restart_ffmpeg);
  EXPECT_EQ(decided.attempt, 0U);
  EXPECT_NE(decided.reason.find("at a track change"), std::string::npos) << decided.reason;
  expect_nothing_spent(stand, replaced(stand));
  EXPECT_TRUE(track(stand).actions.empty());
}

TEST(PlannedRestart, WaitsNoLongerThanItsBound) {
  Stand stand(planned(10min, RestartMoment::track_change, 2min));
  stand.on_air();
  EXPECT_TRUE(stand.feed(12min - 1s).actions.empty());
  EXPECT_EQ(actions(stand.feed(2s)), "TERM");
}

TEST(PlannedRestart, MayComeAtAnyMoment) {
  Stand stand(planned(10min, RestartMoment::any));
  stand.on_air();
  EXPECT_TRUE(stand.feed(10min - 1s).actions.empty());
  EXPECT_EQ(actions(stand.feed(2s)), "TERM");
}

TEST(PlannedRestart, IsCountedFromTheLaunch) {
  Stand stand(planned(10min, RestartMoment::any));
  stand.on_air();
  stand.feed(9min);
  stand.restart();
  replaced(stand);
  EXPECT_TRUE(stand.feed(9min).actions.empty());
}

TEST(PlannedRestart, IsNoneWhereRecoveryIsSwitchedOff) {
  Policy policy = planned(10min, RestartMoment::any);
  policy.enabled = false;
  Stand stand(policy);
  stand.on_air();
  EXPECT_TRUE(stand.feed(20min).actions.empty());
}

// Resident memory that grows by 100 MiB an hour towards 2 GiB.
TEST(PlannedRestart, ComesBeforeTheMemoryMeetsItsLimit) {
  Policy policy = steady_policy();
  policy.planned_restart.before_memory_limit = 6h;
  Stand stand(policy);
  stand.on_air();
  const auto grow = [&](Duration span) {
    Step all;
    const Instant launched = *stand.core.status().launched_at;
    for (const Instant until = stand.now + span; stand.now < until;) {
      Stand::append(all, stand.feed(10s));
      monitor::ProcessSample sample;
      sample.state = 'S';
      const double hours = monitor::seconds(stand.now - launched) / 3600;
      sample.rss_bytes = static_cast<std::uint64_t>((1400 + 100 * hours) * 1024 * 1024);
      Stand::append(all, stand.send(Observed{stand.generation(), sample}));
    }
    return all;
  };
  EXPECT_TRUE(grow(15min).actions.empty());
  grow(1h);
  const auto left = stand.core.watch()->memory_forecast().time_to_limit();
  ASSERT_TRUE(left.has_value());
  EXPECT_LT(*left, 6h);
  const Step step = stand.state() == State::on_air ? track(stand) : Step{};
  EXPECT_TRUE(stand.state() == State::stopping);
  if (!step.actions.empty()) {
    const std::string reason = notices<Decided>(step).at(0).reason;
    EXPECT_NE(reason.find("memory"), std::string::npos) << reason;
  }
}

}  // namespace
}  // namespace recovery::test
