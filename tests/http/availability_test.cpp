#include "http/availability.hpp"

#include <gtest/gtest.h>

#include "http/derived_values.hpp"
#include "stage.hpp"

namespace {

using namespace std::chrono_literals;

const http::ClockReading now = http::ClockReading::now();

recovery::IncidentRecord incident(std::chrono::seconds began_ago, std::chrono::seconds lasted,
                                  bool off_air = true) {
  recovery::IncidentRecord record;
  record.off_air = off_air;
  record.last_good_at = now.wall - began_ago;
  record.detected_at = record.last_good_at + 1s;
  record.resolved_at = record.last_good_at + lasted;
  record.off_air_seconds = off_air ? std::chrono::duration<double>(lasted).count() : 0;
  return record;
}

// On air for 90 s, off for 10 s, all in this life.
std::shared_ptr<http::StreamSnapshot> snapshot_with(
    std::vector<recovery::IncidentRecord> incidents) {
  auto snapshot = on_air_snapshot("radio");
  snapshot->status.on_air_total = 80s;
  snapshot->status.off_air_total = 10s;
  snapshot->status.settled_at = now.steady - 10s;
  snapshot->incidents =
      std::make_shared<const recovery::EntryList<recovery::IncidentRecord>>(std::move(incidents));
  return snapshot;
}

TEST(Availability, IsOfThisLifeWhereNothingOlderIsKnown) {
  const auto result = http::availability_of(*snapshot_with({incident(50s, 10s)}), now);
  EXPECT_NEAR(*result.ratio, 0.9, 1e-6);
  EXPECT_NEAR(result.off_air_seconds, 10, 1e-6);
  EXPECT_EQ(result.since, now.wall - 100s);
}

TEST(Availability, WhatIsCoveredTakesNothingOff) {
  const auto snapshot = snapshot_with({});
  snapshot->status.covered_total = 100s;
  snapshot->status.covered_since = now.steady - 4s;
  const auto result = http::availability_of(*snapshot, now);
  EXPECT_EQ(result.since, now.wall - 200s);
  EXPECT_NEAR(result.off_air_seconds, 10, 1e-6);
  EXPECT_NEAR(http::covered_seconds(snapshot->status, now), 104, 1e-6);
  EXPECT_FALSE(http::is_on_air(snapshot->status));
}

TEST(Availability, ReachesAsFarBackAsTheIncidents) {
  const auto result = http::availability_of(
      *snapshot_with({incident(500s, 30s), incident(900s, 100s, false), incident(1000s, 60s)}),
      now);
  EXPECT_EQ(result.since, now.wall - 1000s);
  EXPECT_NEAR(result.off_air_seconds, 10 + 30 + 60, 1e-6);
  EXPECT_NEAR(*result.ratio, 0.9, 1e-6);
}

TEST(Availability, AnIncidentThatSpansTwoLivesCountsOnce) {
  const auto result = http::availability_of(*snapshot_with({incident(200s, 105s)}), now);
  EXPECT_NEAR(result.off_air_seconds, 10 + 100, 1e-6);
}

TEST(Availability, AnIncidentThatLastedLessThanNoTimeTakesNothingOff) {
  const auto result = http::availability_of(*snapshot_with({incident(200s, -50s)}), now);
  EXPECT_NEAR(result.off_air_seconds, 10, 1e-6);
}

TEST(Availability, TimeGoesOnWhileOffAir) {
  auto snapshot = snapshot_with({});
  snapshot->status.on_air_since.reset();
  EXPECT_NEAR(http::availability_of(*snapshot, now).off_air_seconds, 20, 1e-6);
}

// This life began 100 s ago.
void add_gap(http::StreamSnapshot& snapshot, std::chrono::seconds from_ago,
             std::chrono::seconds until_ago) {
  snapshot.unwatched = std::make_shared<const std::vector<recovery::UnwatchedSpan>>(
      std::vector<recovery::UnwatchedSpan>{{now.wall - from_ago, now.wall - until_ago}});
}

TEST(Availability, TimeWithoutASupervisorIsOffAir) {
  const auto snapshot = snapshot_with({});
  snapshot->watched_since = now.wall - 1000s;
  add_gap(*snapshot, 190s, 100s);
  const auto result = http::availability_of(*snapshot, now);
  EXPECT_EQ(result.since, now.wall - 1000s);
  EXPECT_NEAR(result.unwatched_seconds, 90, 1e-6);
  EXPECT_NEAR(result.off_air_seconds, 10 + 90, 1e-6);
  EXPECT_NEAR(*result.ratio, 0.9, 1e-6);
}

TEST(Availability, TimeInWhichThisVeryLifeWasStoppedIsUnwatched) {
  const auto snapshot = snapshot_with({});
  add_gap(*snapshot, 40s, 20s);
  const auto result = http::availability_of(*snapshot, now);
  EXPECT_EQ(result.since, now.wall - 100s);
  EXPECT_NEAR(result.unwatched_seconds, 20, 1e-6);
  EXPECT_NEAR(result.off_air_seconds, 10 + 20, 1e-6);
}

TEST(Availability, AnIncidentThatGoesOnWithoutASupervisorCountsOnce) {
  const auto snapshot = snapshot_with({incident(200s, 105s)});
  add_gap(*snapshot, 190s, 100s);
  EXPECT_NEAR(http::availability_of(*snapshot, now).off_air_seconds, 10 + 100, 1e-6);
}

TEST(Availability, BeforeAnythingWasSeenThereIsNone) {
  EXPECT_FALSE(http::availability_of(*snapshot_of("radio"), now).ratio);
}

}  // namespace
