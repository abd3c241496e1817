#include "http/timeline.hpp"

#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

using namespace std::chrono_literals;

const http::ClockReading now = http::ClockReading::now();
constexpr http::TimelineSpan hour = http::timeline_spans[0];

// Known for the last 30 minutes.
std::shared_ptr<http::StreamSnapshot> known_stream() {
  auto snapshot = on_air_snapshot("radio");
  snapshot->status.settled_at = now.steady;
  snapshot->watched_since = now.wall - 30min;
  return snapshot;
}

recovery::IncidentRecord incident(std::chrono::seconds began_ago,
                                  std::optional<std::chrono::seconds> ended_ago,
                                  monitor::Cause cause, bool off_air) {
  recovery::IncidentRecord record;
  record.cause = cause;
  record.off_air = off_air;
  record.last_good_at = now.wall - began_ago;
  if (ended_ago) record.resolved_at = now.wall - *ended_ago;
  return record;
}

std::string hour_with(std::vector<recovery::IncidentRecord> incidents) {
  const auto snapshot = known_stream();
  snapshot->incidents =
      std::make_shared<const recovery::EntryList<recovery::IncidentRecord>>(std::move(incidents));
  return http::timeline_of(*snapshot, hour, now);
}

const std::string unknown(30, '.');

TEST(Timeline, WhatIsNotKnownIsUnwatchedNotOnAir) {
  EXPECT_EQ(http::timeline_of(*known_stream(), hour, now), unknown + std::string(30, '+'));
}

TEST(Timeline, TimeWithoutASupervisorIsUnwatched) {
  const auto snapshot = known_stream();
  snapshot->unwatched = std::make_shared<const std::vector<recovery::UnwatchedSpan>>(
      std::vector<recovery::UnwatchedSpan>{{now.wall - 600s, now.wall - 540s + 2s}});
  EXPECT_EQ(http::timeline_of(*snapshot, hour, now),
            unknown + std::string(20, '+') + "." + std::string(9, '+'));
}

TEST(Timeline, ACellShowsTheWorstThatItHolds) {
  const auto outage = incident(90s, 89s, monitor::Cause::encoder_crashed, true);
  const auto warning = incident(110s, 70s, monitor::Cause::encoder_slow, false);
  EXPECT_EQ(hour_with({outage, warning}), unknown + std::string(28, '+') + "-+");
}

TEST(Timeline, AnOpenIncidentReachesToThePresent) {
  const auto open = incident(170s, {}, monitor::Cause::sink_lost, true);
  EXPECT_EQ(hour_with({open}), unknown + std::string(27, '+') + "---");
}

TEST(Timeline, AStopThatWasAskedForIsNoOutage) {
  const auto stop = incident(170s, {}, monitor::Cause::stop_requested, true);
  EXPECT_EQ(hour_with({stop}), unknown + std::string(27, '+') + "ooo");
}

}  // namespace
