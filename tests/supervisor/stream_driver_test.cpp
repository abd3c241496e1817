#include "supervisor/stream/stream_driver.hpp"

#include <fstream>
#include <sstream>

#include "driver_stand.hpp"
#include "tests/monitor/loopback_server.hpp"

namespace supervisor::test {
namespace {

using http::Control;
using monitor::Cause;
using recovery::State;
using Signals = std::vector<int>;

class StreamDriverTest : public DriverStand {};

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

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
  EXPECT_EQ(children.last().signals, (Signals{SIGTERM, SIGTERM, SIGKILL}));
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

// ------------------------------------------------------------------------------- witnesses

TEST_F(StreamDriverTest, TheKernelIsAskedAboutTheChild) {
  StreamConfig config = plain_config();
  config.monitor.witnesses = monitor::Witnesses::all;
  children.pid = ::getpid();
  go_on_air(config);
  EXPECT_FALSE(snapshot().readings.process);
  clock.advance(0s);
  ASSERT_TRUE(snapshot().readings.process);
  EXPECT_GT(snapshot().readings.process->rss_bytes, 1'000'000U);
  children.last().exit(1);
  children.last().execute();
  EXPECT_FALSE(snapshot().readings.process) << "of the child before";
}

// Answers each look at its statistics when it is told to.
class SlowStatistics {
 public:
  std::string url() const { return server_.url("/stat"); }
  int asked() const { return server_.served(); }
  void answer() { answers_ = true; }

 private:
  void serve(loopback::Client& client) {
    client.request();
    while (!answers_) std::this_thread::sleep_for(1ms);
    client.say("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
  }
  std::atomic<bool> answers_ = false;
  loopback::Server server_{[this](loopback::Client& client) { serve(client); }};
};

TEST_F(StreamDriverTest, AServerIsAskedAgainAfterAnAnswerWasLostWithItsChild) {
  SlowStatistics server;
  StreamConfig config = plain_config();
  config.monitor.witnesses = monitor::Witnesses::all;
  config.sink.url = server.url();
  config.command.back() = "rtmp://localhost:1/live/key";
  config.recovery.restart = recovery::Restart::never;
  go_on_air(config);
  clock.advance(0s);
  ASSERT_TRUE(turn_until([&] { return server.asked() == 1; }));
  children.last().exit(0);
  ASSERT_EQ(exit_codes.size(), 1U) << "it has ended for good, and the answer is due";
  server.answer();
  bool has_answered = false;
  while (!has_answered) {  // the answer has come, and was dropped
    io_thread.thread().post([&, back = loop.thread()] { back.post([&] { has_answered = true; }); });
    ASSERT_TRUE(turn_until([&] { return has_answered; }));
  }
  config.command[2] = "other.mp3";
  reconfigure(config, true);
  ASSERT_EQ(children.count(), 2U);
  children.last().execute();
  clock.advance(0s);
  EXPECT_TRUE(turn_until([&] { return server.asked() == 2; }));
}

TEST_F(StreamDriverTest, AShorterProbeIntervalHoldsAtOnce) {
  SlowStatistics server;
  server.answer();
  StreamConfig config = plain_config();
  config.monitor.witnesses = monitor::Witnesses::all;
  config.sink.url = server.url();
  config.command.back() = "rtmp://localhost:1/live/key";
  config.recovery.probe_interval = 1h;
  config.monitor.freeze_timeout = 10h;
  go_on_air(config);
  clock.advance(0s);
  ASSERT_TRUE(turn_until([&] { return !snapshot().readings.witnesses.empty(); }));
  config.recovery.probe_interval = 1s;
  reconfigure(config, false);
  clock.advance(1s);
  EXPECT_TRUE(turn_until([&] { return server.asked() == 2; }));
}

// ------------------------------------------------------------------------------- file systems

TEST_F(StreamDriverTest, TheTextFileIsThereBeforeFfmpegIsLaunched) {
  StreamConfig config = plain_config();
  config.tracks.text_file = folder.file("track.txt");
  std::string found;
  children.on_launch = [&] { found = content(config.tracks.text_file); };
  make_driver(config);
  driver->start();
  ASSERT_TRUE(turn_until([&] { return children.count() == 1; }));
  EXPECT_EQ(found, " ");
}

TEST_F(StreamDriverTest, ATextFileWhoseDiskHangsDelaysTheLaunchByTwoSecondsAtMost) {
  hang_files();
  StreamConfig config = plain_config();
  config.tracks.text_file = folder.file("track.txt");
  make_driver(config);
  driver->start();
  ASSERT_TRUE(turn_until([&] { return hung->calls() == 1; }));
  EXPECT_EQ(children.count(), 0U);
  EXPECT_EQ(state(), State::starting);
  clock.advance(2s);
  ASSERT_EQ(children.count(), 1U);
  EXPECT_EQ(logged("track_text_failed"), 1U);
  children.last().execute();
  children.last().advance();
  EXPECT_EQ(state(), State::on_air);
  children.last().exit(1);
  EXPECT_EQ(children.count(), 2U) << "later ones do not wait";
  hung->let_go();
  EXPECT_TRUE(turn_until([&] { return content(config.tracks.text_file) == " "; }));
  EXPECT_EQ(hung->calls(), 1);
}

TEST_F(StreamDriverTest, ATrackFileOnADiskThatHangsCountsAsMissing) {
  hang_files();
  StreamConfig config = plain_config();
  config.command[2] = folder.file("{playlist}.mp4");
  config.tracks.default_file = "/default.mp4";
  config.recovery.restart_on_track_change = true;
  make_driver(config);
  ASSERT_TRUE(driver->on_now_playing({.sh_id = 1, .track = {.playlist = "Night"}}, true));
  driver->start();
  ASSERT_TRUE(turn_until([&] { return hung->calls() == 1; }));
  clock.advance(1999ms);
  EXPECT_EQ(children.count(), 0U);
  clock.advance(1ms);
  ASSERT_EQ(children.count(), 1U);
  EXPECT_NE(std::ranges::find(children.last().spec.argv, "/default.mp4"),
            children.last().spec.argv.end());
  children.last().execute();
  children.last().exit(1);
  EXPECT_EQ(children.count(), 2U) << "while that look hangs, no other is begun";
  EXPECT_EQ(hung->calls(), 1);
}

TEST_F(StreamDriverTest, ATrackFileThatIsThereIsPlayed) {
  const std::string path = folder.file("Night.mp4");
  std::ofstream(path) << "x";
  StreamConfig config = plain_config();
  config.command[2] = folder.file("{playlist}.mp4");
  config.tracks.default_file = "/default.mp4";
  config.recovery.restart_on_track_change = true;
  make_driver(config);
  ASSERT_TRUE(driver->on_now_playing({.sh_id = 1, .track = {.playlist = "Night"}}, true));
  driver->start();
  ASSERT_TRUE(turn_until([&] { return children.count() == 1; }));
  EXPECT_NE(std::ranges::find(children.last().spec.argv, path), children.last().spec.argv.end());
}

TEST_F(StreamDriverTest, AStopWhileALaunchIsPreparedEndsItThere) {
  hang_files();
  StreamConfig config = plain_config();
  config.tracks.text_file = folder.file("track.txt");
  make_driver(config);
  driver->start();
  EXPECT_EQ(driver->control(Control::stop).status, 202U);
  EXPECT_EQ(state(), State::stopped);
  clock.advance(1min);
  EXPECT_EQ(children.count(), 0U);
  EXPECT_EQ(logged("ffmpeg_exited"), 0U) << "no FFmpeg has ended";
  EXPECT_EQ(driver->control(Control::start).status, 202U);
  EXPECT_EQ(children.count(), 1U);
}

// ------------------------------------------------------------------------------- tracks

StreamConfig titled(const std::string& url) {
  StreamConfig config = plain_config();
  config.azuracast.url = url;
  config.command = {"ffmpeg", "-i", "in", "-metadata", "title={title}", "-f", "null", "-"};
  return config;
}

bool has_argument(const FakeLaunch& launch, const std::string& argument) {
  return std::ranges::find(launch.spec.argv, argument) != launch.spec.argv.end();
}

TEST_F(StreamDriverTest, TheFirstLaunchWaitsForItsTrack) {
  make_driver(titled("http://127.0.0.1:" + loopback::closed_port()));
  driver->start();
  EXPECT_EQ(children.count(), 0U);
  clock.advance(1s);
  EXPECT_EQ(children.count(), 0U);
  driver->on_now_playing({.sh_id = 1, .track = {.title = "Dusk"}}, true);
  ASSERT_EQ(children.count(), 1U);
  EXPECT_TRUE(has_argument(children.last(), "title=Dusk"));
  EXPECT_EQ(logged("track_changed"), 1U);
}

TEST_F(StreamDriverTest, TheFirstLaunchWaitsTwoSecondsForItsTrackAtMost) {
  StreamConfig config = titled("http://127.0.0.1:" + loopback::closed_port());
  config.recovery.restart_on_track_change = true;
  make_driver(config);
  driver->start();
  clock.advance(2s);
  ASSERT_EQ(children.count(), 1U);
  EXPECT_TRUE(has_argument(children.last(), "title="));
  children.last().execute();
  children.last().advance();
  driver->on_now_playing({.sh_id = 1, .track = {.title = "Dusk"}}, true);
  clock.advance(5s);
  EXPECT_EQ(children.last().signals, Signals{SIGTERM}) << "FFmpeg lacks the title";
  children.last().exit(255);
  ASSERT_EQ(children.count(), 2U);
  EXPECT_TRUE(has_argument(children.last(), "title=Dusk"));
}

TEST_F(StreamDriverTest, AStreamThatHasEndedTakesNoTracks) {
  StreamConfig config = plain_config();
  config.recovery.restart = recovery::Restart::never;
  go_on_air(config);
  EXPECT_TRUE(driver->on_now_playing({.sh_id = 1, .track = {.title = "Dusk"}}, true));
  children.last().exit(0);
  EXPECT_FALSE(driver->on_now_playing({.sh_id = 2, .track = {.title = "Dawn"}}, true));
  EXPECT_EQ(logged("track_changed"), 1U);
}

}  // namespace
}  // namespace supervisor::test
