#include "supervisor/stream/journal_notes.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

using namespace std::chrono_literals;
using recovery::Status;
using recovery::Step;
using recovery::WallTime;

const monitor::Instant now = monitor::Instant(100h);
const WallTime wall = WallTime(1000h);

struct Notes : testing::Test {
  bool take(const Step& step, WallTime at = wall) {
    return notes.take_note(step, notes.state(status, now + (at - wall), at));
  }
  JournalNotes notes;
  Status status;
  const Step nothing;
  const Step decision{.actions = {}, .notices = {recovery::Decided{}}};
};

TEST_F(Notes, NothingIsNotedWhereNothingHappened) {
  EXPECT_FALSE(take(nothing));
}

TEST_F(Notes, WhatACrashMustNotMakeForgottenIs) {
  EXPECT_TRUE(take(decision));
  EXPECT_TRUE(take({.actions = {recovery::End{0}}, .notices = {}}));
  EXPECT_TRUE(take({.actions = {}, .notices = {recovery::EscalationResolved{}}}));
  EXPECT_FALSE(take({.actions = {}, .notices = {recovery::CameOnAir{}}}));
}

TEST_F(Notes, AnAttemptSpentOrGivenBackIsNotedOnce) {
  status.attempts = 2;
  EXPECT_TRUE(take(nothing));
  EXPECT_FALSE(take(nothing));
  status.attempts = 0;
  EXPECT_TRUE(take(nothing));
  status.source_retries = 1;
  EXPECT_TRUE(take(nothing));
}

TEST_F(Notes, ALaunchIsNotedWithItsTime) {
  notes.on_launch(wall);
  EXPECT_TRUE(take(nothing));
  EXPECT_FALSE(take(nothing));
  EXPECT_EQ(notes.state(status, now, wall).launched_at, wall);
}

TEST_F(Notes, ALaunchInTimeWasNotedWhenItWasDecided) {
  status.next_launch_at = now + 10s;
  EXPECT_TRUE(take(decision));
  status.next_launch_at.reset();
  notes.on_launch(wall + 10s);
  EXPECT_FALSE(take(nothing, wall + 10s));
}

TEST_F(Notes, ALaunchThatCameLateIsNotedWhenItHappens) {
  status.next_launch_at = now + 10s;
  EXPECT_TRUE(take(decision));
  status.next_launch_at.reset();
  notes.on_launch(wall + 13s);
  EXPECT_TRUE(take(nothing, wall + 13s));
}

TEST_F(Notes, ALaunchThatFailedLeavesTheOneBefore) {
  notes.on_launch(wall);
  notes.on_launch(wall + 1h);
  notes.on_launch_failed();
  EXPECT_EQ(notes.state(status, now, wall).launched_at, wall);
}

TEST_F(Notes, AStreamThatStoppedByAFaultDidNotStopAsAsked) {
  EXPECT_TRUE(notes.state(status, now, wall).stopped_as_asked);
  status.failed = true;
  EXPECT_FALSE(notes.state(status, now, wall).stopped_as_asked);
  status.failed = false;
  status.state = recovery::State::on_air;
  EXPECT_FALSE(notes.state(status, now, wall).stopped_as_asked);
}

}  // namespace
}  // namespace supervisor
