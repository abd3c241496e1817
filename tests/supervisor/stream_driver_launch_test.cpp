#include <cerrno>
#include <fstream>
#include <sstream>

#include "driver_stand.hpp"
#include "tests/monitor/loopback_server.hpp"

namespace supervisor::test {
namespace {

using http::Control;
using recovery::State;
using Signals = std::vector<int>;

// What a launch waits for: the text file, the track file, the first track.
class StreamDriverLaunchTest : public DriverStand {};

std::string content(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

TEST_F(StreamDriverLaunchTest, TheTextFileIsThereBeforeFfmpegIsLaunched) {
  StreamConfig config = plain_config();
  config.tracks.text_file = folder.file("track.txt");
  std::string found;
  children.on_launch = [&] { found = content(config.tracks.text_file); };
  make_driver(config);
  driver->start();
  ASSERT_TRUE(turn_until([&] { return children.count() == 1; }));
  EXPECT_EQ(found, " ");
}

TEST_F(StreamDriverLaunchTest, ATextFileWhoseDiskHangsDelaysTheLaunchByTwoSecondsAtMost) {
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

TEST_F(StreamDriverLaunchTest, ATrackFileOnADiskThatHangsCountsAsMissing) {
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

TEST_F(StreamDriverLaunchTest, AnFfmpegIsLaunchedAgainWithoutTheOptionThatItDoesNotKnow) {
  const auto has_flag = [](const FakeLaunch& launch) {
    return std::ranges::count(launch.spec.argv, "-stats_period") > 0;
  };
  StreamConfig config = plain_config();
  config.monitor.stats_period = 250ms;
  make_driver(config);
  driver->start();
  ASSERT_EQ(children.count(), 1U);
  EXPECT_TRUE(has_flag(children.last()));
  children.last().execute();
  children.last().write_stderr(
      "[error] Unrecognized option 'stats_period'.\n"
      "[fatal] Error splitting the argument list: Option not found\n");
  children.last().exit(1);
  ASSERT_EQ(children.count(), 2U) << "the command is right";
  EXPECT_FALSE(has_flag(children.last()));
  EXPECT_EQ(logged("ffmpeg_outdated"), 1U);
  children.last().execute();
  children.last().advance();
  EXPECT_EQ(state(), State::on_air);
}

TEST_F(StreamDriverLaunchTest, AnFfmpegThatLacksWhatLooksAtTheContentIsLaunchedWithoutThat) {
  const auto mentions = [](const FakeLaunch& launch, std::string_view text) {
    return std::ranges::any_of(launch.spec.argv, [text](const std::string& word) {
      return word.find(text) != std::string::npos;
    });
  };
  StreamConfig config = plain_config();
  config.monitor.content.silence.emplace();
  config.monitor.preview = {.picture = 10s, .level = true};
  make_driver(config);
  driver->start();
  ASSERT_EQ(children.count(), 1U);
  EXPECT_TRUE(mentions(children.last(), "silencedetect"));
  children.last().execute();
  children.last().write_stderr(
      "[Parsed_ametadata_3 @ 0x55d0] [error] Option 'direct' not found\n"
      "[AVFilterGraph @ 0x55d1] [error] Error initializing filter 'ametadata' with args "
      "'print:file=pipe\\:3:direct=1'\n");
  children.last().exit(1);
  ASSERT_EQ(children.count(), 2U);
  EXPECT_FALSE(mentions(children.last(), "direct"));
  EXPECT_FALSE(mentions(children.last(), "silencedetect"));
  EXPECT_TRUE(mentions(children.last(), "mjpeg")) << "pictures need none of it";
  EXPECT_EQ(logged("ffmpeg_outdated"), 1U);
  children.last().execute();
  children.last().write_stderr("[error] Unknown encoder 'mjpeg'\n");
  children.last().exit(1);
  clock.advance(2s);
  ASSERT_EQ(children.count(), 3U);
  EXPECT_FALSE(mentions(children.last(), "mjpeg"));
}

TEST_F(StreamDriverLaunchTest, WhatTheUsersOwnCommandNamesIsNotLeftOut) {
  StreamConfig config = plain_config();
  config.command = {"ffmpeg", "-i", "in.mp3", "-af", "ametadata=print:direct=1", "-f", "null", "-"};
  make_driver(config);
  driver->start();
  ASSERT_EQ(children.count(), 1U);
  children.last().execute();
  children.last().write_stderr("[Parsed_ametadata_0 @ 0x55d0] [error] Option 'direct' not found\n");
  children.last().exit(1);
  EXPECT_EQ(logged("ffmpeg_outdated"), 0U);
}

TEST_F(StreamDriverLaunchTest, ATrackFileThatIsThereIsPlayed) {
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

TEST_F(StreamDriverLaunchTest, AStopWhileALaunchIsPreparedEndsItThere) {
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

StreamConfig titled(const std::string& url) {
  StreamConfig config = plain_config();
  config.azuracast.url = url;
  config.command = {"ffmpeg", "-i", "in", "-metadata", "title={title}", "-f", "null", "-"};
  return config;
}

bool has_argument(const FakeLaunch& launch, const std::string& argument) {
  return std::ranges::find(launch.spec.argv, argument) != launch.spec.argv.end();
}

TEST_F(StreamDriverLaunchTest, TheFirstLaunchWaitsForItsTrack) {
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

TEST_F(StreamDriverLaunchTest, TheFirstLaunchWaitsTwoSecondsForItsTrackAtMost) {
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

TEST_F(StreamDriverLaunchTest, AHookThatIsNotTrustedRestartsNothing) {
  StreamConfig config = plain_config();
  config.recovery.restart_on_track_change = true;
  go_on_air(config);
  driver->on_now_playing({.sh_id = 1, .track = {.title = "Dusk"}}, true, false);
  clock.advance(10s);
  driver->on_now_playing({.sh_id = 2, .track = {.title = "Dawn"}}, true, false);
  clock.advance(10s);
  EXPECT_EQ(children.last().signals, Signals{});
  EXPECT_EQ(logged("track_changed"), 2U) << "it is shown";
  driver->on_now_playing({.sh_id = 3, .track = {.title = "Noon"}}, true, true);
  clock.advance(10s);
  EXPECT_FALSE(children.last().signals.empty());
}

TEST_F(StreamDriverLaunchTest, AStreamThatHasEndedTakesNoTracks) {
  StreamConfig config = plain_config();
  config.recovery.restart = recovery::Restart::never;
  go_on_air(config);
  EXPECT_TRUE(driver->on_now_playing({.sh_id = 1, .track = {.title = "Dusk"}}, true));
  children.last().exit(0);
  EXPECT_FALSE(driver->on_now_playing({.sh_id = 2, .track = {.title = "Dawn"}}, true));
  EXPECT_EQ(logged("track_changed"), 1U);
}

TEST_F(StreamDriverLaunchTest, ALaunchWithoutDescriptorsTakesThemFromHttpAndSpendsNoAttempt) {
  unsigned freed = 0;
  free_descriptors = [&](const std::function<void()>& done) {
    ++freed;
    done();
  };
  children.errors = {EMFILE, ENFILE};
  make_driver(plain_config());
  driver->start();
  ASSERT_TRUE(turn_until([&] { return children.count() == 1; }));
  EXPECT_EQ(freed, 2U);
  children.last().execute();
  children.last().advance();
  EXPECT_EQ(state(), State::on_air);
  EXPECT_EQ(snapshot().status.attempts, 0U);
  EXPECT_EQ(logged("incident_opened"), 0U);
}

TEST_F(StreamDriverLaunchTest, AShortageThatHttpCannotMendIsTheHostsFault) {
  free_descriptors = [](const std::function<void()>& done) { done(); };
  children.errors = {EMFILE, EMFILE, EMFILE, EMFILE, EMFILE};
  make_driver(plain_config());
  driver->start();
  ASSERT_TRUE(turn_until([&] { return logged("incident_opened") == 1; }));
  EXPECT_EQ(children.refused, 5U);
}

TEST_F(StreamDriverLaunchTest, AStopWhileALaunchWaitsForDescriptorsEndsItThere) {
  std::function<void()> done;
  free_descriptors = [&](std::function<void()> when) { done = std::move(when); };
  children.errors = {EMFILE};
  make_driver(plain_config());
  driver->start();
  driver->control(Control::stop);
  EXPECT_EQ(state(), State::stopped);
  done();
  turn();
  EXPECT_EQ(children.count(), 0U);
}

TEST_F(StreamDriverLaunchTest, BehindAnUnknownProgramThatKeepsThePipeItIsSupervisedByItsExit) {
  StreamConfig config = plain_config();
  config.command = {"some-wrapper", "ffmpeg", "-i", "in.mp3", "-f", "null", "-"};
  make_driver(config);
  driver->start();
  ASSERT_EQ(children.count(), 1U);
  EXPECT_EQ(children.last().spec.argv[2], "-progress");
  EXPECT_EQ(children.last().spec.argv[3], "pipe:200") << "no number that FFmpeg itself opens";
  children.last().execute();
  children.last().handlers.on_progress_end();
  EXPECT_EQ(state(), State::starting) << "it may be about to end";
  clock.advance(1s);
  EXPECT_EQ(state(), State::on_air);
  EXPECT_EQ(logged("witness_unavailable"), 1U);
  clock.advance(10min);
  EXPECT_EQ(state(), State::on_air) << "it is not taken for frozen";
  driver->reconfigure(make_stream_parts(config, {}, secrets), false, false);
  clock.advance(10min);
  EXPECT_EQ(state(), State::on_air);
  EXPECT_TRUE(children.last().signals.empty());
}

TEST_F(StreamDriverLaunchTest, BehindAnUnknownProgramThatHandsOnThePipeNothingIsLost) {
  StreamConfig config = plain_config();
  config.command = {"some-wrapper", "ffmpeg", "-i", "in.mp3", "-f", "null", "-"};
  make_driver(config);
  driver->start();
  children.last().execute();
  children.last().advance();
  EXPECT_EQ(state(), State::on_air);
  clock.advance(40s);
  EXPECT_NE(state(), State::on_air) << "frozen";
  EXPECT_EQ(logged("witness_unavailable"), 0U);
}

}  // namespace
}  // namespace supervisor::test
