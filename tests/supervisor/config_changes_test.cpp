#include "supervisor/reload/config_changes.hpp"

#include <gtest/gtest.h>

namespace supervisor {
namespace {

using namespace std::chrono_literals;

StreamConfig stream(const std::string& name) {
  StreamConfig config;
  config.name = name;
  config.command = {"ffmpeg", "-i", "in.mp3", "rtmp://server/live/" + name};
  return config;
}

Config config_of(std::vector<StreamConfig> streams) {
  Config config;
  config.streams = std::move(streams);
  return config;
}

class ConfigChangesTest : public testing::Test {
 protected:
  StreamChange only_change() const {
    const ConfigChanges changes = compare(running, next);
    EXPECT_EQ(changes.changed.size(), 1U);
    EXPECT_TRUE(changes.added.empty() && changes.removed.empty());
    return changes.changed.empty() ? StreamChange{} : changes.changed[0];
  }

  Config running = config_of({stream("radio"), stream("jazz")});
  Config next = running;
};

using Keys = std::vector<std::string>;

TEST_F(ConfigChangesTest, TheSameIsNoChange) {
  EXPECT_TRUE(compare(running, next).empty());
  EXPECT_EQ(describe(compare(running, next)), "nothing has changed");
}

TEST_F(ConfigChangesTest, OnlyTheStreamWithAnotherCommandRestarts) {
  next.streams[1].command.push_back("-an");
  EXPECT_EQ(only_change().name, "jazz");
  EXPECT_TRUE(only_change().primary);
  EXPECT_EQ(only_change().keys, Keys{"command"});
  EXPECT_EQ(describe(compare(running, next)), "jazz restarts (command)");
}

// Of those under hold each is published by an FFmpeg of its own.
TEST_F(ConfigChangesTest, AnOutputThatDiffersTouchesNoOther) {
  running.streams[0].hold = next.streams[0].hold = true;
  running.streams[0].outputs = {{"one", {"rtmp://a/1"}}, {"two", {"rtmp://a/2"}}};
  next.streams[0].outputs = {{"two", {"rtmp://b/2"}}, {"three", {"rtmp://a/3"}}};
  EXPECT_FALSE(only_change().primary);
  EXPECT_EQ(only_change().keys, (Keys{"outputs.two", "outputs.three", "outputs.one"}));
  EXPECT_EQ(describe(compare(running, next)),
            "radio goes on with another outputs.two, outputs.three, outputs.one");
  next.streams[0].outputs = {running.streams[0].outputs[1], running.streams[0].outputs[0]};
  next.streams[0].outputs[1].buffer.bytes = 1 << 20;
  EXPECT_EQ(only_change().keys, Keys{"outputs.one"}) << "they are known by name";
}

TEST_F(ConfigChangesTest, StreamsAreKnownByName) {
  std::swap(next.streams[0], next.streams[1]);
  EXPECT_TRUE(compare(running, next).empty()) << "the order is no difference";
  next.streams[0].name = "rock";
  const ConfigChanges changes = compare(running, next);
  EXPECT_EQ(changes.added, Keys{"rock"});
  EXPECT_EQ(changes.removed, Keys{"jazz"});
  EXPECT_TRUE(changes.changed.empty());
  EXPECT_EQ(describe(changes), "added: rock; removed: jazz");
}

TEST_F(ConfigChangesTest, LimitsAndRecoveryHoldWithoutARestart) {
  next.streams[0].monitor.freeze_timeout = 5s;
  next.streams[0].recovery.max_restart_attempts = 7;
  next.streams[0].recovery.restart = recovery::Restart::on_failure;
  next.streams[0].source_url = "http://icecast:8000/radio.mp3";
  next.streams[0].sink.url = "http://server/stat";
  next.streams[0].source_probe = SourceProbe::none;
  next.streams[0].recovery.on_partial = monitor::OnWarning::restart;
  EXPECT_FALSE(only_change().primary);
  EXPECT_EQ(only_change().keys,
            (Keys{"restart", "monitor.freeze_timeout", "recovery.max_restart_attempts",
                  "source.http", "source.probe", "sink.nginx_rtmp_stat", "sink.on_partial"}));
}

TEST_F(ConfigChangesTest, WhatFfmpegIsToldAtItsLaunchRestartsIt) {
  next.streams[0].monitor.stats_period = 1s;
  EXPECT_TRUE(only_change().primary);
  next = running;
  next.streams[0].monitor.content.silence.emplace();
  EXPECT_TRUE(only_change().primary);
  next = running;
  next.streams[0].monitor.witnesses = monitor::Witnesses::progress;
  EXPECT_TRUE(only_change().primary);
  next = running;
  next.streams[0].monitor.preview.level = true;
  EXPECT_TRUE(only_change().primary);
  next = running;
  next.streams[0].monitor.content.action = monitor::OnDeadAir::restart;
  EXPECT_FALSE(only_change().primary) << "what is done about it is ours";
}

TEST_F(ConfigChangesTest, ThePictureOfHeldOutputsLeavesTheEncoderAlone) {
  next.streams[0].monitor.preview.picture = 10s;
  EXPECT_TRUE(only_change().primary);
  running.streams[0].hold = next.streams[0].hold = true;
  EXPECT_FALSE(only_change().primary);
}

TEST_F(ConfigChangesTest, AnotherFallbackLeavesThePrimaryAlone) {
  next.streams[0].fallback = {"ffmpeg", "-i", "slate.mp4", "rtmp://server/live/radio"};
  EXPECT_TRUE(only_change().fallback);
  EXPECT_FALSE(only_change().primary);
  EXPECT_EQ(only_change().keys, Keys{"fallback"});
}

TEST_F(ConfigChangesTest, AnotherPasswordIsAChangeThoughItIsNotShown) {
  running.streams[0].source_url = "http://user:one@icecast/radio";
  next.streams[0].source_url = "http://user:two@icecast/radio";
  EXPECT_EQ(only_change().keys, Keys{"source."});
  EXPECT_EQ(describe(compare(running, next)).find("two"), std::string::npos);
}

TEST_F(ConfigChangesTest, WhatNoKeyIsKnownForRestarts) {
  next.streams[0].rtmp_endpoint = "rtmp://elsewhere/live/radio";
  EXPECT_TRUE(only_change().primary);
}

TEST_F(ConfigChangesTest, WhatIsBoundAtTheStartIsNamedAndStays) {
  next.http.port = 9191;
  next.http.metrics_path = "/m";
  next.journal_path = "/var/lib/journal";
  const ConfigChanges changes = compare(running, next);
  EXPECT_EQ(changes.fixed, (Keys{"http.listen", "http.metrics_path", "journal.path"}));
  EXPECT_EQ(describe(changes),
            "not taken over before ffsupervisor is restarted: http.listen, http.metrics_path, "
            "journal.path");
  const Config held = effective(running, next);
  EXPECT_EQ(held.http.port, running.http.port);
  EXPECT_EQ(held.journal_path, "");
  EXPECT_EQ(compare(held, next).fixed, changes.fixed) << "said again at each reload";
}

TEST_F(ConfigChangesTest, AnotherTokenIsNamedAmongThemThoughItIsNotShown) {
  next.http.port = 9191;
  next.http.auth.bearer_token = "another";
  EXPECT_EQ(compare(running, next).fixed, (Keys{"http.listen", "http.auth"}));
}

TEST_F(ConfigChangesTest, ExportersStayAndNoSecretOfTheirsIsNamed) {
  next.exporters.otlp.headers = {{"Authorization", "Bearer two"}};
  const ConfigChanges changes = compare(running, next);
  EXPECT_EQ(changes.fixed, Keys{"exporters"});
  EXPECT_EQ(describe(changes), "not taken over before ffsupervisor is restarted: exporters");
  EXPECT_EQ(effective(running, next).exporters, running.exporters);
}

TEST_F(ConfigChangesTest, LogAlertsAndDependenciesHoldAtOnce) {
  next.log.level = LogLevel::debug;
  next.alerts.command = {"page"};
  next.dependencies.push_back({"db", monitor::probes::Dependency::Kind::tcp, "db:5432"});
  const ConfigChanges changes = compare(running, next);
  EXPECT_TRUE(changes.log && changes.alerts && changes.dependencies);
  EXPECT_EQ(changes.taken, (Keys{"log.level", "alerts", "dependencies"}));
  EXPECT_TRUE(changes.fixed.empty());
}

TEST_F(ConfigChangesTest, DependenciesAreLookedAtAtTheNewPace) {
  next.streams[0].recovery.probe_interval = 1s;
  EXPECT_TRUE(compare(running, next).dependencies);
}

TEST_F(ConfigChangesTest, TouchedAreThoseAddedAndThoseChanged) {
  next.streams.insert(next.streams.begin(), stream("rock"));
  next.streams[2].command.push_back("-an");
  const auto touched = touched_streams(compare(running, next), next);
  ASSERT_EQ(touched.size(), 2U);
  EXPECT_EQ(touched[0].name, "rock");
  EXPECT_EQ(touched[1].name, "jazz");
}

}  // namespace
}  // namespace supervisor
