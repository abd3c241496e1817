// The configuration as HTTP tells of it, and streams that come and go.

#include <gtest/gtest.h>

#include "stage.hpp"

namespace {

using namespace std::chrono_literals;

http::ConfigState refused() {
  return {.successful = false,
          .message = "radio.yml:3: streams[0].name: found a list, expected a name",
          .succeeded_at = std::chrono::system_clock::time_point(1'700'000'000s)};
}

TEST(ConfigState, IsToldByMetrics) {
  Stage stage;
  EXPECT_EQ(stage.get("/metrics").body.find("radio_config"), std::string::npos);
  http::ConfigState state = refused();
  stage.snapshots.publish(&http::Program::config, std::make_shared<const http::ConfigState>(state));
  const std::string body = stage.get("/metrics").body;
  EXPECT_NE(body.find("\nradio_config_last_reload_successful 0\n"), std::string::npos) << body;
  EXPECT_NE(body.find("\nradio_config_last_reload_success_timestamp_seconds 1700000000\n"),
            std::string::npos);
  state.successful = true;
  stage.snapshots.publish(&http::Program::config, std::make_shared<const http::ConfigState>(state));
  EXPECT_NE(stage.get("/metrics").body.find("\nradio_config_last_reload_successful 1\n"),
            std::string::npos);
}

TEST(ConfigState, ThatWasRefusedDegradesHealthAndSaysWhy) {
  Stage stage;
  stage.snapshots.publish(&http::Program::config,
                          std::make_shared<const http::ConfigState>(refused()));
  const auto answer = stage.get("/health/detailed");
  EXPECT_EQ(answer.status, 200);
  EXPECT_NE(answer.body.find("\"degraded\""), std::string::npos);
  EXPECT_NE(answer.body.find("radio.yml:3"), std::string::npos);
  EXPECT_EQ(stage.get("/health/readiness").status, 200) << "the streams are on air";
}

TEST(SnapshotStore, ShowsTheStreamsOfItsPlacesInTheirOrder) {
  http::SnapshotStore snapshots(2);
  snapshots.publish(0, snapshot_of("radio"));
  snapshots.publish(1, snapshot_of("jazz"));
  snapshots.arrange({2, 1});
  snapshots.publish(0, snapshot_of("radio"));  // the last word of one that left
  ASSERT_EQ(snapshots.read().streams.size(), 1U) << "the new one has not shown itself";
  snapshots.publish(2, snapshot_of("rock"));
  const auto streams = snapshots.read().streams;
  ASSERT_EQ(streams.size(), 2U);
  EXPECT_EQ(streams[0]->name, "rock");
  EXPECT_EQ(streams[1]->name, "jazz");
}

TEST(SnapshotStore, TellsThatStreamsHaveGone) {
  Stage stage({on_air_snapshot("radio"), cooling_snapshot("jazz")});
  EXPECT_EQ(stage.get("/health/readiness").status, 503);
  EXPECT_NE(stage.get("/metrics").body.find("stream=\"jazz\""), std::string::npos);
  stage.snapshots.arrange({0});
  EXPECT_EQ(stage.get("/health/readiness").status, 200);
  EXPECT_EQ(stage.get("/metrics").body.find("stream=\"jazz\""), std::string::npos);
  EXPECT_EQ(stage.get("/api/v1/streams/jazz").status, 404);
}

}  // namespace
