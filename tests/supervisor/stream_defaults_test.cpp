#include "supervisor/config/stream_defaults.hpp"

#include <chrono>
#include <fstream>

#include <gtest/gtest.h>

#include "supervisor/config/load.hpp"
#include "supervisor/config/settings.hpp"

namespace supervisor {
namespace {

using namespace std::chrono_literals;
using Words = std::vector<std::string>;

std::optional<std::string> no_variable(const char*) {
  return std::nullopt;
}

Config read(const std::string& text) {
  Config config;
  read_yaml_text(text, "f.yml", config, no_variable);
  return config;
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "no error";
}

TEST(Defaults, AStreamsOwnKeysWinAndMapsAreMergedKeyByKey) {
  const Config config = read(R"(
streams:
  - {name: a, command: [ffmpeg, a]}
  - name: b
    command: [ffmpeg, b]
    fallback: [ffmpeg, own]
    monitor: {freeze_timeout: 9s, bitrate_drop: {hold: 1s}}
    recovery:
defaults:
  restart: on-failure
  fallback: [ffmpeg, -i, loop]
  monitor: {freeze_timeout: 20s, startup_timeout: 21s, bitrate_drop: {percent: 30, hold: 7s}}
  recovery: {stop_grace: 3s}
)");
  const StreamConfig& a = config.streams.at(0);
  const StreamConfig& b = config.streams.at(1);
  EXPECT_EQ(a.fallback, (Words{"ffmpeg", "-i", "loop"}));
  EXPECT_EQ(a.monitor.freeze_timeout, 20s);
  EXPECT_EQ(a.recovery.stop_grace, 3s);
  EXPECT_EQ(b.fallback, (Words{"ffmpeg", "own"})) << "a list is taken as a whole";
  EXPECT_EQ(b.monitor.freeze_timeout, 9s);
  EXPECT_EQ(b.monitor.startup_timeout, 21s);
  EXPECT_EQ(b.monitor.bitrate_drop.percent, 30);
  EXPECT_EQ(b.monitor.bitrate_drop.hold, 1s);
  EXPECT_EQ(b.recovery.stop_grace, 3s) << "a group of comments says nothing";
  EXPECT_EQ(b.recovery.restart, recovery::Restart::on_failure);
  EXPECT_EQ(config.places.at("streams[0].monitor.freeze_timeout"), "f.yml:12");
  EXPECT_EQ(config.places.at("streams[1].monitor.freeze_timeout"), "f.yml:7");
}

TEST(Defaults, WhatAStreamNamesItselfTakesTheOthersPlace) {
  const Config config = read(R"(
defaults:
  source: {http: "http://a/x.mp3"}
  sink: {mediamtx: "http://m:9997", on_partial: restart}
  cover: slate
  slate: {text: Soon}
  monitor: {content: {silence: {duration: 5s}, black: {}}}
  outputs: {own: {args: [-f, flv, "rtmp://h/l/a"], required: false}}
streams:
  - {name: a, command: [ffmpeg]}
  - name: b
    command: [ffmpeg]
    source: {icecast: "http://i:8000/b.mp3"}
    sink: {srs: "http://s:1985"}
    cover: repeat
    monitor: {content: {silence: }}
    outputs: {own: {args: [-f, flv, "rtmp://h/l/b"]}}
)");
  const auto value = [&](std::size_t stream, const char* key) {
    return find_setting(stream_settings(), key)->print(config.streams.at(stream));
  };
  EXPECT_EQ(value(0, "source.http"), "http://a/x.mp3");
  EXPECT_EQ(value(1, "source.http") + value(1, "source.icecast"), "http://i:8000/b.mp3");
  EXPECT_EQ(value(1, "sink.mediamtx") + value(1, "sink.srs"), "http://s:1985");
  EXPECT_EQ(value(1, "sink.on_partial"), "restart");
  EXPECT_EQ(value(0, "slate.text"), "Soon");
  EXPECT_EQ(value(1, "slate.text"), "") << "it asks for another cover";
  EXPECT_EQ(value(0, "monitor.content.silence.duration"), "5s");
  EXPECT_EQ(value(1, "monitor.content.silence.duration"), "") << "not looked for";
  EXPECT_NE(value(1, "monitor.content.black.duration"), "");
  EXPECT_EQ(config.streams[1].outputs.at(0).arguments.back(), "rtmp://h/l/b");
  EXPECT_FALSE(config.streams[1].outputs[0].required);
}

TEST(Defaults, AnErrorIsReportedOnceAtItsLine) {
  const std::string streams =
      "streams: [{name: a, command: [ffmpeg]}, {name: b, command: [ffmpeg]}]\n";
  EXPECT_EQ(
      error_of("defaults:\n  monitor:\n    freeze_timeout: soon\n" + streams),
      "f.yml:3: defaults.monitor.freeze_timeout: found \"soon\", expected a duration from 100ms "
      "to 7d, written as 30s, 1m30s, 500ms or seconds");
  EXPECT_EQ(error_of("defaults:\n  name: x\n  command: [ffmpeg]\n" + streams),
            "f.yml:2: defaults.name: each stream has its own, expected it there\n"
            "f.yml:3: defaults.command: each stream has its own, expected it there");
  EXPECT_TRUE(error_of("defaults:\n  monitr: {}\n" + streams)
                  .starts_with("f.yml:2: unknown key \"defaults.monitr\", did you mean monitor?"));
  EXPECT_TRUE(error_of("defaults: [a]\n" + streams)
                  .starts_with("f.yml:1: defaults: found a list, expected a map with "));
}

TEST(Defaults, NothingInThemIsNothing) {
  for (const char* defaults : {"defaults:\n", "defaults: {}\n", "defaults: {monitor: }\n"}) {
    const Config config = read(std::string(defaults) + "streams: [{command: [ffmpeg]}]\n");
    EXPECT_EQ(config.streams.at(0).monitor, StreamConfig().monitor) << defaults;
  }
}

TEST(Defaults, ManyValuesForManyStreamsAreRefused) {
  std::string text = "defaults: {fallback: [ffmpeg";
  for (int i = 0; i < 2000; ++i) text += ", x";
  text += "]}\nstreams:\n";
  for (int i = 0; i < 100; ++i) text += "- {name: s" + std::to_string(i) + ", command: [a]}\n";
  EXPECT_EQ(error_of(text), "f.yml:1: defaults: found 2003 values, expected at most 1000");
}

TEST(Defaults, HoldForACommandOfTheCommandLineToo) {
  const std::string path = testing::TempDir() + "defaults_only.yml";
  std::ofstream(path) << "defaults: {monitor: {freeze_timeout: 9s}}\n";
  Options options;
  options.config_file = path;
  options.command = {"ffmpeg", "-i", "in", "out"};
  const Config config = load_config(options, no_variable);
  EXPECT_EQ(config.streams.at(0).monitor.freeze_timeout, 9s);
  EXPECT_EQ(config.origins.at("streams[0].monitor.freeze_timeout"), Origin::file);
}

}  // namespace
}  // namespace supervisor
