#include "http/stability.hpp"

#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

using namespace std::chrono_literals;

const http::ClockReading now = http::ClockReading::now();

std::shared_ptr<http::StreamSnapshot> on_air_for(std::chrono::seconds time) {
  auto snapshot = on_air_snapshot("radio");
  snapshot->status.on_air_since = now.steady - time;
  snapshot->stats_period = 500ms;
  snapshot->freeze_timeout = 30s;
  snapshot->restart_cooldown = 60s;
  snapshot->advanced_at = now.steady;
  return snapshot;
}

TEST(NoProgress, IsSaidAfterThreeStatsPeriods) {
  const auto snapshot = on_air_for(300s);
  snapshot->advanced_at = now.steady - 1400ms;
  EXPECT_FALSE(http::no_progress(*snapshot, now));
  snapshot->advanced_at = now.steady - 1500ms;
  EXPECT_TRUE(http::no_progress(*snapshot, now));
}

TEST(NoProgress, IsNotSaidBetweenTwoFramesOfASlowStream) {
  const auto snapshot = on_air_for(300s);
  snapshot->readings.fps = 0.25;
  snapshot->advanced_at = now.steady - 7s;
  EXPECT_FALSE(http::no_progress(*snapshot, now));
  snapshot->advanced_at = now.steady - 8s;
  EXPECT_TRUE(http::no_progress(*snapshot, now));
}

TEST(NoProgress, IsASentenceWithBothTimes) {
  const auto snapshot = on_air_for(300s);
  snapshot->advanced_at = now.steady - 6s;
  EXPECT_EQ(http::doubts(*snapshot, now),
            std::vector<std::string>{"No progress for 6 s (frozen at 30 s)"});
}

TEST(NoProgress, IsNotSaidOfAStreamThatIsOffAirOrReportsNoProgress) {
  const auto snapshot = on_air_for(300s);
  snapshot->advanced_at = now.steady - 6s;
  snapshot->reports_progress = false;
  EXPECT_FALSE(http::no_progress(*snapshot, now));
  snapshot->reports_progress = true;
  snapshot->status.state = recovery::State::cooling_down;
  EXPECT_FALSE(http::no_progress(*snapshot, now));
}

TEST(Unstable, AStreamThatWasRestartedUntilAWholeCooldownHasPassed) {
  const auto snapshot = on_air_for(20s);
  EXPECT_FALSE(http::unstable(*snapshot, now));
  snapshot->status.attempts = 3;
  EXPECT_EQ(
      http::doubts(*snapshot, now),
      std::vector<std::string>{
          "Unstable: 3 restarts since it was last stable; it is stable after another 40 s on air"});
}

TEST(Unstable, ACommandThatComesToItsOwnEndAgainAndAgain) {
  const auto snapshot = on_air_for(2s);
  snapshot->status.own_ends = {now.steady - 900s, now.steady - 20s, now.steady - 10s};
  EXPECT_FALSE(http::unstable(*snapshot, now)) << "an hour's playlist is no trouble";
  snapshot->status.own_ends.push_back(now.steady - 1s);
  const std::vector<std::string> said{
      "Unstable: the command ended by itself 3 times in the last 10 minutes"};
  EXPECT_EQ(http::doubts(*snapshot, now), said);
  EXPECT_EQ(http::unstable(*snapshot, now)->stable_in_seconds, 580);
  snapshot->status.state = recovery::State::cooling_down;
  EXPECT_EQ(http::doubts(*snapshot, now), said) << "between two ends, too";
  snapshot->status.state = recovery::State::stopped;
  EXPECT_FALSE(http::unstable(*snapshot, now));
}

TEST(Unstable, AStreamWhoseSourceWasLost) {
  const auto snapshot = on_air_for(20s);
  snapshot->status.source_retries = 2;
  EXPECT_EQ(http::doubts(*snapshot, now),
            std::vector<std::string>{
                "Unstable: the source was lost; it is stable after another 40 s on air"});
}

// With a cooldown of half a second each of them was over at once.
TEST(Unstable, AStreamThatComesAndGoesHoweverShortItsCooldownIs) {
  const auto snapshot = on_air_for(20s);
  snapshot->restart_cooldown = 500ms;
  std::vector<recovery::IncidentRecord> incidents(3);
  for (std::size_t i = 0; i < incidents.size(); ++i) {
    incidents[i].off_air = true;
    incidents[i].cause = monitor::Cause::encoder_crashed;
    incidents[i].detected_at = now.wall - std::chrono::minutes(i + 1);
  }
  const auto said = [&] {
    snapshot->incidents =
        std::make_shared<const recovery::EntryList<recovery::IncidentRecord>>(incidents);
    return http::doubts(*snapshot, now);
  };
  EXPECT_EQ(said(), std::vector<std::string>{"Unstable: 3 outages in the last 10 minutes"});
  EXPECT_NEAR(http::unstable(*snapshot, now)->stable_in_seconds, 7 * 60, 0.1);
  incidents[1].cause = monitor::Cause::restart_requested;
  EXPECT_TRUE(said().empty()) << "a person's doing";
  incidents[1].cause = monitor::Cause::encoder_crashed;
  incidents[2].detected_at = now.wall - 10min;
  EXPECT_TRUE(said().empty()) << "long ago";
}

TEST(FaultSince, IsTheStartOfTheOldestOpenIncident) {
  const auto snapshot = on_air_for(20s);
  EXPECT_FALSE(http::fault_since(*snapshot));
  recovery::IncidentRecord resolved, open;
  resolved.last_good_at = now.wall - 900s;
  resolved.resolved_at = now.wall - 800s;
  open.last_good_at = now.wall - 70s;
  snapshot->incidents = std::make_shared<const recovery::EntryList<recovery::IncidentRecord>>(
      std::vector<recovery::IncidentRecord>{open, resolved});
  EXPECT_EQ(http::fault_since(*snapshot), now.wall - 70s);
}

}  // namespace
