#include "supervisor/stream/stream_driver.hpp"

#include "driver_stand.hpp"

namespace supervisor::test {
namespace {

using http::Control;
using monitor::Cause;
using recovery::State;
using Signals = std::vector<int>;

class StreamDriverTest : public DriverStand {};

TEST_F(StreamDriverTest, IsOnAirWithTheFirstAdvance) {
  make_driver(plain_config());
  EXPECT_EQ(state(), State::stopped);
  driver->start();
  ASSERT_EQ(children.count(), 1U);
  EXPECT_EQ(children.last().spec.argv.front(), "ffmpeg");
  EXPECT_EQ(state(), State::starting);
  EXPECT_FALSE(snapshot().status.pid) << "it is not known yet whether there is such a program";
  children.last().execute();
  EXPECT_EQ(snapshot().status.pid, children.last().pid);
  EXPECT_TRUE(snapshot().launched_at);
  children.last().write_stderr("ffmpeg version 5.1\n");
  EXPECT_EQ(state(), State::starting);
  children.last().advance();
  EXPECT_EQ(state(), State::on_air);
  EXPECT_EQ(snapshot().last_progress_at, clock.wall());
  EXPECT_EQ(logged("ffmpeg_started"), 1U);
  EXPECT_EQ(logged("on_air"), 1U);
}

TEST_F(StreamDriverTest, ACrashIsAnsweredByTheBudget) {
  go_on_air();
  clock.advance(1s);
  children.last().exit(1);
  ASSERT_EQ(children.count(), 2U) << "at once, the first time";
  EXPECT_FALSE(children[0].is_owned);
  EXPECT_EQ(snapshot().status.generation, 2U);
  children.last().execute();
  children.last().advance();
  children.last().exit(1);
  EXPECT_EQ(children.count(), 2U);
  EXPECT_EQ(state(), State::cooling_down);
  clock.advance(999ms);
  EXPECT_EQ(children.count(), 2U);
  clock.advance(2ms);
  EXPECT_EQ(children.count(), 3U) << "after recovery.restart_delay.step";
  EXPECT_EQ(logged("ffmpeg_exited"), 2U);
}

TEST_F(StreamDriverTest, AFreezeIsTerminatedThenKilledThenRelaunched) {
  go_on_air();
  clock.advance(29s);
  EXPECT_EQ(children.last().signals, Signals{});
  clock.advance(2s);
  EXPECT_EQ(children.last().signals, Signals{SIGTERM});
  EXPECT_EQ(snapshot().status.verdict->cause, Cause::encoder_frozen);
  clock.advance(5s);
  EXPECT_EQ(children.last().signals, (Signals{SIGTERM, SIGKILL}));
  EXPECT_EQ(children.count(), 1U) << "never two at a time";
  children.last().exit({}, SIGKILL);
  EXPECT_EQ(children.count(), 2U);
}

TEST_F(StreamDriverTest, WhatFfmpegWroteInTimeIsReadBeforeItCountsAsFrozen) {
  go_on_air();
  clock.jump(31s);  // the loop hung; FFmpeg did not
  children.last().unread = "frame=50\nout_time_us=31000000\nprogress=continue\n";
  clock.advance(0s);
  EXPECT_EQ(children.last().signals, Signals{});
  EXPECT_EQ(state(), State::on_air);
}

// A paused container goes on: the first to be heard may be FFmpeg, or the timer.
TEST_F(StreamDriverTest, TimeInWhichTheLoopDidNotRunIsUnwatchedWhateverComesFirst) {
  StreamConfig config = plain_config();
  config.monitor.witnesses = monitor::Witnesses::all;  // asked each second
  children.pid = ::getpid();
  go_on_air(config);
  clock.advance(500ms);
  clock.jump(7s);
  children.last().advance();
  clock.advance(300ms);
  ASSERT_TRUE(snapshot().unwatched);
  EXPECT_EQ(snapshot().unwatched->size(), 1U);
  clock.jump(7s);
  clock.advance(300ms);
  EXPECT_EQ(snapshot().unwatched->size(), 2U);
  EXPECT_EQ(state(), State::on_air);
}

TEST_F(StreamDriverTest, AStderrLineBecomesTheVerdict) {
  StreamConfig config = plain_config();
  config.monitor.witnesses = monitor::Witnesses::all;
  config.command = {"ffmpeg", "-i", "in.mp3", "-f", "flv", "rtmp://localhost:1/live/key"};
  make_driver(config);
  driver->start();
  children.last().execute();
  children.last().write_stderr("[error] rtmp://localhost:1/live/key: Connection re");
  children.last().write_stderr("fused\n");
  children.last().exit(1);
  ASSERT_TRUE(snapshot().status.verdict);
  EXPECT_EQ(snapshot().status.verdict->cause, Cause::sink_unreachable);
  EXPECT_EQ(logged("ffmpeg_log"), 1U);
}

// At each launch the same: a log that is paid by the byte does not get it unless asked.
TEST_F(StreamDriverTest, FfmpegsBannerIsNoNews) {
  make_driver(plain_config());
  driver->start();
  children.last().execute();
  children.last().write_stderr(
      "[info] ffmpeg version 5.1.6 Copyright (c) 2000-2024 the FFmpeg developers\n"
      "[info]   built with gcc 12\n[info]   configuration: --enable-gpl\n"
      "[info]   libavutil      57. 28.100 / 57. 28.100\n[info] Input #0, mp3, from 'in.mp3':\n");
  EXPECT_EQ(logged("ffmpeg_log"), 1U);
}

TEST_F(StreamDriverTest, AStopEndsTheChildAndNothingIsLaunchedUntilAStart) {
  go_on_air();
  EXPECT_EQ(driver->control(Control::start).status, 409U);
  EXPECT_EQ(driver->control(Control::stop).status, 202U);
  EXPECT_EQ(children.last().signals, Signals{SIGTERM});
  EXPECT_EQ(state(), State::stopping);
  children.last().exit(255);
  EXPECT_EQ(state(), State::stopped);
  clock.advance(1h);
  EXPECT_EQ(children.count(), 1U);
  EXPECT_EQ(driver->control(Control::stop).status, 409U);
  EXPECT_EQ(driver->control(Control::start).status, 202U);
  EXPECT_EQ(children.count(), 2U);
  EXPECT_TRUE(exit_codes.empty());
}

TEST_F(StreamDriverTest, AShutdownEndsTheStreamWithItsChild) {
  go_on_air();
  driver->shut_down();
  EXPECT_TRUE(exit_codes.empty());
  children.last().exit(255);
  EXPECT_EQ(exit_codes, std::vector{0});
  EXPECT_TRUE(driver->has_ended());
  EXPECT_EQ(driver->control(Control::start).status, 409U);
}

TEST_F(StreamDriverTest, AKillLeavesNoGrace) {
  go_on_air();
  driver->shut_down();
  driver->kill();
  EXPECT_EQ(children.last().signals, (Signals{SIGTERM, SIGKILL}));
}

TEST_F(StreamDriverTest, AChangedCommandIsLaunchedInPlaceOfTheOld) {
  go_on_air();
  StreamConfig config = plain_config();
  config.command[2] = "other.mp3";
  reconfigure(config, true);
  EXPECT_EQ(children.last().signals, Signals{SIGTERM});
  children.last().exit(255);
  ASSERT_EQ(children.count(), 2U);
  EXPECT_NE(std::ranges::find(children.last().spec.argv, "other.mp3"),
            children.last().spec.argv.end());
  EXPECT_EQ(snapshot().totals.incidents, decltype(recovery::Totals::incidents){});
}

TEST_F(StreamDriverTest, AChangedFallbackLeavesThePrimaryAlone) {
  go_on_air();
  StreamConfig config = plain_config();
  config.fallback = {"ffmpeg", "-i", "tone.mp3", "-f", "null", "-"};
  reconfigure(config, false, true);
  EXPECT_EQ(children.last().signals, Signals{});
  ASSERT_TRUE(snapshot().fallback);
  EXPECT_EQ((*snapshot().fallback)[2], "tone.mp3");
}

TEST_F(StreamDriverTest, ALaunchThatTheSystemRefusesIsTriedAgain) {
  children.errors = {EAGAIN, EAGAIN};
  make_driver(plain_config());
  driver->start();
  EXPECT_EQ(children.refused, 2U) << "the first restart comes at once";
  EXPECT_EQ(children.count(), 0U);
  EXPECT_EQ(snapshot().status.verdict->cause, Cause::host_spawn_failed);
  clock.advance(5s);
  EXPECT_EQ(children.count(), 1U);
  EXPECT_TRUE(exit_codes.empty());
}

TEST_F(StreamDriverTest, AProgramThatIsNotThereEndsTheStream) {
  make_driver(plain_config());
  driver->start();
  children.last().fail_to_execute(ENOENT);
  EXPECT_EQ(exit_codes, std::vector{127});
  EXPECT_EQ(snapshot().status.verdict->cause, Cause::command_invalid);
  EXPECT_FALSE(children[0].is_owned);
  EXPECT_FALSE(snapshot().launched_at);
}

TEST_F(StreamDriverTest, AProgramThatIsGoneLaterIsWaitedFor) {
  go_on_air();
  children.last().exit(1);
  children.last().fail_to_execute(ENOENT);
  EXPECT_TRUE(exit_codes.empty());
  clock.advance(10s);
  EXPECT_EQ(children.count(), 3U);
}

TEST_F(StreamDriverTest, ARestartThatOvertakesALaunchIsHeeded) {
  make_driver(plain_config());
  driver->start();
  EXPECT_EQ(driver->control(Control::restart).status, 202U);
  EXPECT_EQ(children.last().signals, Signals{SIGTERM}) << "before its program is executed";
  children.last().execute();
  children.last().exit({}, SIGTERM);
  EXPECT_EQ(children.count(), 2U);
}

TEST_F(StreamDriverTest, NothingIsCalledAfterItsDestruction) {
  StreamConfig config = plain_config();
  config.monitor.witnesses = monitor::Witnesses::all;
  config.source_url = "http://localhost:1/radio.mp3";
  config.command.back() = folder.file("out.mkv");
  children.pid = ::getpid();
  go_on_air(config);
  clock.advance(0s);  // disk asked
  children.last().exit(1);
  ASSERT_EQ(children.count(), 2U);
  children.last().execute();
  clock.advance(0s);
  driver.reset();
  EXPECT_FALSE(children.last().is_owned);
  clock.advance(1h);
  bool has_answered = false;  // behind all answers that are due
  for (int i = 0; i < 3; ++i) {
    has_answered = false;
    io_thread.thread().post([&, back = loop.thread()] { back.post([&] { has_answered = true; }); });
    ASSERT_TRUE(turn_until([&] { return has_answered; }));
  }
  EXPECT_TRUE(exit_codes.empty());
}

}  // namespace
}  // namespace supervisor::test
